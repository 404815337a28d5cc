#include "cli/demo_story.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "proof/hash.hpp"

namespace chipledger {

namespace {

using std::chrono::days;
using std::chrono::hours;

/// The story is told in one voice: one thing after the other.
template <class T>
T wait(boost::asio::awaitable<T> work)
{
    boost::asio::io_context context;
    auto done = boost::asio::co_spawn(context, std::move(work), boost::asio::use_future);
    context.run();
    return done.get();
}

constexpr std::int64_t batches_total = 60;
constexpr std::int64_t play_days = 120;
constexpr hours utc_offset{8};

struct Player {
    const char* id;
    const char* name;
    const char* tier;
    const char* sector;
};

// All fictional.
constexpr Player players[]{
    {"F-A", "Lanting Cloud", "T1", "platform"},
    {"F-B", "Qiaomu Search", "T1", "platform"},
    {"F-C", "Hongsha Compute", "T1", "platform"},
    {"F-D", "Yunlu Telecom", "T3", "telecom"},
    {"F-E", "Beichuan Networks", "T3", "infrastructure"},
    {"F-G", "Zhuying Robotics", "T2", "robotics"},
    {"F-H", "Muge Biotech", "T2", "research"},
    {"F-I", "Cangyan Motors", "T2", "automotive"},
    {"F-J", "Xiling Vision", "T2", "imaging"},
    {"F-K", "Tanyue Games", "T2", "media"},
    {"F-L", "Dongting Weather", "T2", "research"},
};

constexpr std::array ports{"CNSHA", "CNTXG", "CNSZX", "CNNGB"};
constexpr std::array offices{"SHA-01", "TXG-02", "SZX-01", "NGB-01"};
constexpr std::array carriers{"Meridian Air Cargo", "Halcyon Lines", "Blue Crane Freight"};

template <std::size_t N>
std::optional<Text> text(const std::array<const char*, N>& of, std::int64_t i)
{
    return Text{of[static_cast<std::size_t>(i) % N]};
}

std::vector<Wanted> wanted(const BatchId& batch, std::int64_t count)
{
    return {Wanted{batch, count}};
}

PolicyPublished policy(const std::string& period)
{
    return {1, Period{period}, {{Tier{"T1"}, 120'000}, {Tier{"T2"}, 12'000}, {Tier{"T3"}, 6'000}},
            80, 20, ConfiscationEffect::forfeit};
}

std::string number(const char* prefix, std::int64_t n, int width)
{
    std::string digits = std::to_string(n);
    while (static_cast<int>(digits.size()) < width) digits.insert(digits.begin(), '0');
    return prefix + digits;
}

}  // namespace

Time demo_start() { return *parse_day("2026-03-01") + hours{1}; }

DemoStory::DemoStory(Ledger& ledger, std::uint64_t seed) : ledger_{ledger}, random_{seed} {}

std::int64_t DemoStory::pick(std::int64_t from, std::int64_t to)
{
    const auto span = static_cast<std::uint64_t>(to - from + 1);
    return from + static_cast<std::int64_t>(random_() % span);
}

void DemoStory::at(std::int64_t day, int hour, Act act)
{
    cues_.push({demo_start() + days{day} + hours{hour}, order_++, std::move(act)});
}

void DemoStory::later(std::int64_t after, Act act)
{
    cues_.push({now_ + hours{after}, order_++, std::move(act)});
}

Position DemoStory::record(Role role, EventData data, std::vector<Wanted> wanted,
                                            const FirmId& firm)
{
    Submission submission;
    submission.actor.role = role;
    submission.actor.principal =
        role == Role::firm ? "firm:" + firm.value
                           : std::string{name_of(role)};
    if (role == Role::firm) submission.actor.firm = firm;
    submission.key = "demo-" + std::to_string(++keys_);
    submission.body_hash = sha256(submission.key);
    Proposal proposal;
    proposal.data = std::move(data);
    proposal.wanted = std::move(wanted);
    proposal.occurred_at = Timestamp{now_ - std::chrono::minutes{pick(1, 50)}, utc_offset};
    submission.proposals.push_back(std::move(proposal));
    const Answer answer = wait(ledger_.submit(std::move(submission)));
    if (answer.outcome) return answer.outcome->first;
    if (kind_of(answer.outcome.error().code).status >= 500)
        throw BrokenPromise{"the demo cannot be recorded: " + answer.outcome.error().detail};
    ++report_.refused[answer.outcome.error().code];
    return Position{};
}

void DemoStory::opening()
{
    for (const char* period : {"2026-H1", "2026-H2"})
        at(0, 0, [this, period]() {
            record(Role::regulator, policy(period));
        });
}

void DemoStory::firms()
{
    for (const Player& player : players)
        at(0, 1, [this, &player]() {
            record(Role::regulator,
                            FirmRegistered{FirmId{player.id}, Text{player.name},
                                           Tier{player.tier}, Text{player.sector}});
        });
}

void DemoStory::apply_for(std::int64_t day, FirmId firm, std::int64_t asked, std::int64_t granted,
                          std::string period, std::vector<Condition> conditions)
{
    const ApplicationId id{number("APP-", ++applications_, 3)};
    at(day, 2, [this, id, firm, asked]() {
        record(Role::firm,
                        ApplicationSubmitted{id, firm, Sku{"H200-141G"}, asked,
                                             Text{"commercial cloud and research"}},
                        {}, firm);
    });
    at(day + 2, 3, [this, id]() {
        record(Role::regulator, ApplicationReviewStarted{id, {}});
    });
    if (granted == 0) return;
    at(day + 4, 4, [this, id, firm, granted, period = std::move(period),
                    conditions = std::move(conditions)]() {
        const ApprovalId approval{number("AP-", ++approvals_, 2)};
        const auto day_from = std::chrono::floor<days>(now_);
        const Position entry = record(
            Role::regulator,
            ApprovalGranted{approval, id, firm, granted, Period{period}, day_from,
                            day_from + days{pick(100, 150)}, conditions});
        if (entry != Position{}) granted_.emplace_back(approval, firm);
    });
}

void DemoStory::applications()
{
    const Condition all_ports{
        ConditionCode::ports,
        std::vector{Text{"CNSHA"}, Text{"CNTXG"}, Text{"CNSZX"}, Text{"CNNGB"}},
        {},
        {},
        {}};
    const Condition small_lots{ConditionCode::max_units_per_shipment, {}, Amount{4000}, {}, {}};
    const Condition report{ConditionCode::text, {}, {}, Text{"Quarterly end-use report"},
                           parse_day("2026-06-30")};
    for (const auto& [firm, asked] : {std::pair{"F-A", 60'000}, std::pair{"F-B", 55'000},
                                      std::pair{"F-C", 50'000}}) {
        apply_for(0, FirmId{firm}, asked, asked, "2026-H1", {all_ports, report});
        apply_for(30, FirmId{firm}, asked, asked * 9 / 10, "2026-H1", {all_ports});
        apply_for(86, FirmId{firm}, asked, asked * 8 / 10, "2026-H2", {report});
    }
    apply_for(1, FirmId{"F-D"}, 9'000, 5'600, "2026-H1", {all_ports, small_lots, report});
    apply_for(1, FirmId{"F-E"}, 7'000, 4'800, "2026-H1", {small_lots, report});
    apply_for(8, FirmId{"F-G"}, 4'000, 2'500, "2026-H1", {report});
    apply_for(9, FirmId{"F-H"}, 3'000, 0, "", {});
    apply_for(12, FirmId{"F-I"}, 5'000, 0, "", {});
    for (const char* firm : {"F-J", "F-K", "F-L"})  // Still under review on the last day.
        apply_for(pick(100, 110), FirmId{firm}, pick(2, 6) * 1000, 0, "", {});
    at(24, 5, [this]() {
        record(Role::regulator, ApplicationRefused{ApplicationId{"APP-013"},
                                                            Text{"end use not shown"}});
        record(Role::firm,
                        ApplicationWithdrawn{ApplicationId{"APP-014"}, Text{"plans have changed"}},
                        {}, FirmId{"F-I"});
    });
}

void DemoStory::batches()
{
    for (std::int64_t n = 1; n <= batches_total; ++n) register_batch(5 + (n - 1) * 108 / 60, n);
}

void DemoStory::register_batch(std::int64_t day, std::int64_t n)
{
    const BatchId batch{number("B", n, 2)};
    const std::int64_t qty = pick(58, 76) * 100;
    at(day, static_cast<int>(n % 5), [this, batch, qty, n]() {
        record(Role::logistics,
                        BatchRegistered{batch, Sku{"H200-141G"}, qty, Text{"TW"},
                                        Text{"Nanfang Components"},
                                        Text{number("EL-2026-", n, 4)}});
        std::vector<SerialId> serials;
        for (int i = 1; i <= 200; ++i)
            serials.emplace_back(batch.value + "-" + number("SN", i, 5));
        record(Role::logistics, SerialsRecorded{batch, 1, std::move(serials)});
    });
    at(day + 2, 6, [this, batch, qty, n]() {
        record(Role::logistics,
                        BatchTestCertified{batch, Text{"Jinghe Test Laboratory"},
                                           CertificateId{number("TC-", n, 4)}});
        allot(batch, qty);
    });
}

void DemoStory::allot(BatchId batch, std::int64_t qty)
{
    if (granted_.empty()) return;
    // Most of a batch goes out at once; some stays on the shelf for later.
    for (std::int64_t rest = qty * pick(75, 100) / 100; rest > 200;) {
        const auto& [approval, firm] =
            granted_[static_cast<std::size_t>(pick(0, std::ssize(granted_) - 1))];
        const bool large = firm.value <= "F-C";
        const std::int64_t units = std::min(rest, large ? pick(8, 18) * 100 : pick(2, 8) * 50);
        rest -= units;
        Lot lot{batch, approval, firm, {}, units};
        later(pick(4, 60), [this, lot]() {
            const Position entry = record(Role::regulator,
                                                   AllocationReserved{lot.approval, {}},
                                                   wanted(lot.batch, lot.units));
            if (entry != Position{}) ship(lot);
        });
    }
}

void DemoStory::ship(Lot lot)
{
    later(pick(12, 90), [this, lot]() mutable {
        lot.shipment = ShipmentId{number("S-", ++shipments_, 4)};
        const auto port = static_cast<std::size_t>(pick(0, std::ssize(ports) - 1));
        const Position entry = record(
            Role::logistics,
            ShipmentDispatched{lot.shipment, lot.approval, {},
                               text(carriers, shipments_), PortId{ports[port]}},
            wanted(lot.batch, lot.units));
        if (entry != Position{}) receive(lot);
    });
}

void DemoStory::receive(Lot lot)
{
    later(pick(5, 16) * 24, [this, lot]() mutable {
        if (chance(3)) {
            const std::int64_t lost = pick(1, 6);
            record(Role::logistics,
                            ShipmentLost{lot.shipment, {}, Text{"crate missing at transfer"}},
                            wanted(lot.batch, lost));
            lot.units -= lost;
        }
        const auto office = static_cast<std::size_t>(pick(0, std::ssize(offices) - 1));
        record(Role::customs,
                        ShipmentArrived{lot.shipment, {}, OfficeId{offices[office]}},
                        wanted(lot.batch, lot.units));
        const std::int64_t failed = chance(25) ? pick(1, 8) : 0;
        record(Role::customs,
                        ShipmentInspected{lot.shipment, Amount{lot.units - failed},
                                          Amount{failed}, {}});
        const std::int64_t held = chance(18) ? pick(1, 4) * 20 : 0;
        if (held > 0 && held < lot.units) {
            record(Role::customs,
                            ShipmentHeld{lot.shipment, {}, Text{"papers do not match the crates"}},
                            wanted(lot.batch, held));
            later(pick(2, 12) * 24, [this, lot, held]() {
                record(Role::customs,
                                ShipmentHoldLifted{lot.shipment, {}, Text{"papers completed"}},
                                wanted(lot.batch, held));
                clear(lot, held, 9);
            });
            lot.units -= held;
        }
        clear(lot, lot.units, 0);
    });
}

void DemoStory::clear(Lot lot, std::int64_t rest, int part)
{
    later(pick(10, 60), [this, lot, rest, part]() {
        const bool all = part >= 2 || rest < 200;
        const std::int64_t units = all ? rest : rest * pick(35, 70) / 100;
        const DeclarationId declaration{number("D-", ++declarations_, 5)};
        const Position entry =
            record(Role::customs, ShipmentCleared{lot.shipment, declaration, {}},
                            wanted(lot.batch, units));
        if (entry == Position{}) return;
        last_cleared_ = lot;
        deliver(lot, units);
        if (rest > units) clear(lot, rest - units, part + 1);
    });
}

void DemoStory::deliver(Lot lot, std::int64_t units)
{
    const SiteId site{lot.firm.value.substr(2) + "-DC-" + std::to_string(pick(1, 3))};
    later(pick(20, 90), [this, lot, units, site]() {
        const Position entry =
            record(Role::firm, AllocationDelivered{lot.approval, site, {}},
                            wanted(lot.batch, units), lot.firm);
        if (entry == Position{}) return;
        for (std::int64_t rest = units; rest > 0;) {
            const std::int64_t part = std::min(rest, pick(3, 7) * 100);
            rest -= part;
            later(pick(30, 200), [this, lot, site, part]() {
                record(Role::firm, AllocationDeployed{lot.approval, site, {}, {}},
                                wanted(lot.batch, part), lot.firm);
            });
        }
    });
}

// What makes a book of it worth keeping: a seizure, a revocation with a partial restoration,
// mistakes that are corrected.
void DemoStory::turning_points()
{
    const auto on_held_units = [this](auto what) {
        return [this, what]() {
            const auto state = ledger_.head();
            for (const auto& item : state->shipments) {
                const std::int64_t there = item.value.units[UnitState::arrived];
                if (there < 100) continue;
                what(item.key, item.value.terms->batches.front());
                return;
            }
        };
    };
    at(52, 7, on_held_units([this](ShipmentId id, BatchId batch) {
           record(Role::customs,
                           ShipmentSeized{id, CaseId{"C-2026-017"}, {},
                                          Text{"serial plates were changed"}},
                           wanted(batch, 40));
           later(24 * 14, [this, id, batch]() {
               record(Role::customs, ShipmentConfiscated{id, CaseId{"C-2026-017"}, {}},
                      wanted(batch, 24));
               record(Role::customs,
                               ShipmentSeizureLifted{id, CaseId{"C-2026-017"}, {},
                                                     Text{"plates proved genuine"}},
                               wanted(batch, 16));
           });
       }));
    at(70, 3, [this]() {
        const ApprovalId target{"AP-03"};
        record(Role::regulator,
                        ApprovalSuspended{target, Text{"end-use audit under way"}});
        later(24 * 4, [this, target]() {
            record(Role::regulator,
                            ApprovalRevoked{target, Text{"end use differs from the application"}});
        });
        later(24 * 20, [this, target]() {
            const auto state = ledger_.head();
            const Approval* approval = state->approvals.find(target);
            if (!approval) return;
            record(Role::regulator,
                            ApprovalReinstated{target, Text{"remedied in part"},
                                               approval->balance.forfeited * 2 / 5});
        });
    });
    at(40, 8, [this]() {
        const Position wrong = record(
            Role::regulator,
            FirmAmended{FirmId{"F-H"}, {}, {}, Text{"bio research"}});
        record(Role::regulator,
                        EventVoided{wrong.number, VoidReason::did_not_occur});
    });
    at(95, 8, [this]() {
        if (!last_cleared_) return;
        const Position wrong = record(
            Role::customs, ShipmentInspected{last_cleared_->shipment, Amount{1}, Amount{0}, {}});
        if (wrong == Position{}) return;
        record(Role::customs,
                        EventCorrected{wrong.number, CorrectionReason::incorrect_data,
                                       Box<Replacement>{Replacement{ShipmentInspected{
                                           last_cleared_->shipment, Amount{0}, Amount{1},
                                           Text{"seal broken"}}}}});
    });
    at(100, 2, [this]() {
        record(Role::regulator, TierAssigned{FirmId{"F-G"}, Tier{"T1"},
                                                      Text{"growth plan accepted"}});
        record(Role::regulator,
                        ClaimsBlocked{Text{"firm:F-E"}, Text{"report overdue"}});
    });
}

Result<DemoReport> DemoStory::play()
{
    opening();
    firms();
    applications();
    batches();
    turning_points();
    const Time end = demo_start() + days{play_days};
    while (!cues_.empty() && cues_.top().at <= end) {
        Cue cue = cues_.top();
        cues_.pop();
        if (cue.at > now_) {
            const Result<Time> moved = wait(ledger_.set_now(cue.at));
            if (!moved) return moved.error();
            now_ = cue.at;
        }
        cue.act();
    }
    report_.entries = ledger_.head()->position.number;
    return report_;
}

}  // namespace chipledger
