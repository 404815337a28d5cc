#include "codec/event_schema.hpp"

#include <set>

#include "codec/event_json.hpp"
#include "unit/codec/random_event.hpp"
#include "unit/codec/vectors.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

/// Every member is named by the schema, and every required one is there.
bool fits(const Json& value, const Json& schema)
{
    for (const auto& [name, part] : value.items())
        if (!schema["properties"].contains(name)) return false;
    for (const Json& name : schema["required"])
        if (!value.contains(name.get<std::string>())) return false;
    return schema["additionalProperties"] == false;
}

}  // namespace

TEST_CASE("the committed schemas are current (script/schemas writes them)", "[schema]")
{
    std::set<std::string> names;
    for (const SchemaFile& file : schema_files()) {
        INFO(file.name);
        names.insert(file.name);
        CHECK(bytes_of("api/events/" + file.name) == file.text);
    }
    const std::filesystem::path folder{CHIPLEDGER_SOURCE_DIR "/api/events"};
    for (const auto& entry : std::filesystem::directory_iterator{folder})
        CHECK(names.contains(entry.path().filename().string()));
    CHECK(names.size() == event_types().size() + 1);
}

TEST_CASE("what is written fits its schema", "[schema][property]")
{
    const Json entry = entry_schema();
    for (std::size_t index = 0; index < event_types().size(); ++index) {
        const Json schema = schema_of(event_types()[index]);
        for (int seed = 0; seed < 20; ++seed) {
            const rc::Random random{static_cast<std::uint64_t>(seed)};
            const Event event = random_event(index)(random, 10).value();
            INFO(encode(event));
            CHECK(fits(to_json(event), entry));
            CHECK(fits(to_json(event.data), schema));
        }
    }
}

TEST_CASE("a schema names the bounds that the reader holds", "[schema]")
{
    const Json cleared = schema_of("ShipmentCleared");
    CHECK(cleared["title"] == "ShipmentCleared");
    CHECK(cleared["required"] == Json({"shipment", "declaration", "units"}));
    const Json units = cleared["properties"]["units"];
    CHECK(units["minItems"] == 1);
    CHECK(units["maxItems"] == ranges_max);
    CHECK(units["items"]["properties"]["to"]["maximum"] == units_max);
    CHECK(schema_of("PolicyPublished")["properties"]["critical_pct"]["maximum"] == 100);
    CHECK(schema_of("SerialsRecorded")["properties"]["serials"]["maxItems"] == serials_max);
    CHECK(schema_of("ShipmentSeized")["properties"].contains("case"));
    CHECK(schema_of("FirmAmended")["minProperties"] == 2);
    CHECK(schema_of("ShipmentSunk").is_null());
}

TEST_CASE("the catalogue tells every event with its members in order", "[schema]")
{
    const std::vector<EventInfo> events = catalogue();
    REQUIRE(events.size() == event_types().size());
    const EventInfo& granted = events[9];
    CHECK(granted.type == "ApprovalGranted");
    CHECK_THAT(std::string{granted.about}, Catch::Contains("Entitles"));
    CHECK(granted.members.front().name == "approval");
    CHECK(granted.members.back().name == "conditions");
    CHECK(events[2].members.back().name == "sector");
    CHECK_FALSE(events[2].members.back().required);
}

}  // namespace chipledger
