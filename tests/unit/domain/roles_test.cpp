#include <algorithm>

#include "given.hpp"

namespace chipledger {

using namespace scenario;

TEST_CASE("who may record what: every type, every role", "[roles]")
{
    boost::mp11::mp_for_each<EventData>([](const auto& empty) {
        const EventData data{empty};
        const std::string_view type = type_name(data);
        if (type == "EventCorrected" || type == "EventVoided") return;
        for (const Role role : {Role::regulator, Role::customs, Role::logistics, Role::firm,
                                Role::auditor, Role::admin, Role::system}) {
            Actor who = actor(role);
            if (role == Role::firm) who.firm = FirmId{};  // That of the empty event.
            const auto roles = catalogue_roles(type);
            const bool expected = std::ranges::find(roles, role) != roles.end();
            INFO(type << " by " << static_cast<int>(role));
            CHECK(permitted(who, data).has_value() == expected);
        }
    });
}

TEST_CASE("a firm applies for itself alone", "[roles]")
{
    const Event mine = on(january(5), application(app1, fa, 5));
    CHECK(given(registered()).when(by(firm_actor(fb), mine)).refused(Code::forbidden_role).param ==
          "/data/firm");
    given(registered()).when(by(actor(Role::regulator), mine)).then();
}

}  // namespace chipledger
