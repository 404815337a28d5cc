#include "grow/seasons.hpp"

#include <algorithm>
#include <array>

namespace chipledger::grow
{

namespace
{

constexpr std::int64_t season_days = 182;
constexpr std::chrono::hours utc_offset{8};
constexpr std::int64_t long_units = 100'000;  // Of the approval that explain is asked about.
constexpr std::int64_t long_movements_max = 10'000;
constexpr double entries_of_batch = 79;  // On average, with its lots' and their approvals' share.

const Actor regulator{"regulator", Role::regulator, {}};
const Actor logistics{"logistics", Role::logistics, {}};

constexpr std::array first_names{"Lanting", "Qiaomu", "Hongsha", "Yunlu",  "Beichuan",
                                 "Zhuying", "Muge",   "Cangyan", "Xiling", "Tanyue"};
constexpr std::array last_names{"Cloud",    "Search",  "Compute", "Telecom", "Networks",
                                "Robotics", "Biotech", "Motors",  "Vision",  "Weather"};
constexpr std::array sectors{"platform", "telecom", "infrastructure", "robotics", "research"};

Text name_of_firm(std::int64_t n)
{
    const auto i = static_cast<std::size_t>(n);
    return Text{std::string{first_names[i % 10]} + " " + last_names[i / 10 % 10] + " " +
                std::to_string(n / 100 + 1)};
}

std::vector<Condition> conditions_of(std::int64_t n)
{
    std::vector<Condition> all{{ConditionCode::text, {}, {}, Text{"Quarterly end-use report"}, {}}};
    if (n % 2 == 0)
        all.push_back({ConditionCode::ports,
                       std::vector{Text{"CNSHA"}, Text{"CNTXG"}, Text{"CNSZX"}, Text{"CNNGB"}},
                       {},
                       {},
                       {}});
    if (n % 5 == 0)
        all.push_back({ConditionCode::max_units_per_shipment, {}, Amount{4000}, {}, {}});
    return all;
}

}  // namespace

std::string numbered(const char* prefix, std::int64_t n, int width)
{
    std::string digits = std::to_string(n);
    while (static_cast<int>(digits.size()) < width) digits.insert(digits.begin(), '0');
    return prefix + digits;
}

Time seasons_start()
{
    return *parse_day("2026-01-01");
}

Seasons::Seasons(Ledger& ledger, GrowOptions options)
    : options_{options},
      scribe_{ledger, "grow-" + std::to_string(options.seed) + "-"},
      ledger_{ledger},
      random_{options.seed},
      now_{ledger.now()}
{
    // Between three and four seasons: the last one is under way when the entries are full.
    const double per_season = static_cast<double>(options.entries) / 3.6;
    firms_total_ = std::max<std::int64_t>(10, options.entries / 1000);
    batches_season_ = std::max<std::int64_t>(4, std::llround(per_season / entries_of_batch));
    const auto even = std::chrono::minutes{std::llround(season_days * 24 * 60 * 400 / per_season)};
    tick_ = std::clamp<std::chrono::minutes>(even, std::chrono::minutes{10}, tick_hours_);
}

std::int64_t Seasons::pick(std::int64_t from, std::int64_t to)
{
    const auto span = static_cast<std::uint64_t>(to - from + 1);
    return from + static_cast<std::int64_t>(random_() % span);
}

// What follows is said in a later tick than what it rests on.
void Seasons::later(std::chrono::minutes after, Act act)
{
    cues_.push({now_ + std::max(after, std::chrono::minutes{1}), order_++, std::move(act)});
}

Timestamp Seasons::lately()
{
    const std::int64_t most = std::min<std::int64_t>(tick_.count() / 2, 50);
    return {now_ - std::chrono::minutes{pick(1, most)}, utc_offset};
}

void Seasons::say(const Actor& who, EventData data, Scribe::Then then)
{
    const Timestamp when = lately();
    scribe_.say(who, std::move(data), when, std::move(then));
}

/// Whether what is said now turns out to be wrong.
bool Seasons::mistaken()
{
    if (mistakes_ >= mistakes_due_ || !chance(100)) return false;
    ++mistakes_;
    return true;
}

// Most mistakes are found in days, some after months.
void Seasons::correct(const Actor& who, Position target, std::optional<EventData> replacement)
{
    const hours found{chance(950) ? pick(24, 400) : pick(2000, 6000)};
    later(found, [this, who, target, replacement = std::move(replacement)] {
        if (replacement)
            say(who, EventCorrected{target.number, CorrectionReason::incorrect_data,
                                    Box<Replacement>{Replacement{*replacement}}});
        else
            say(who, EventVoided{target.number, VoidReason::did_not_occur});
    });
}

void Seasons::open_season()
{
    period_ = std::to_string(2026 + season_ / 2) + (season_ % 2 == 0 ? "-H1" : "-H2");
    say(regulator,
        PolicyPublished{1,
                        Period{period_},
                        {{Tier{"T1"}, 5'000'000}, {Tier{"T2"}, 900'000}, {Tier{"T3"}, 600'000}},
                        80,
                        20,
                        ConfiscationEffect::forfeit,
                        {}});
    const std::int64_t known = season_ == 0 ? firms_total_ * 7 / 10 : firms_total_;
    const std::int64_t young = season_ == 0 ? 0 : firms_total_ / 10;
    while (std::ssize(firms_) <
           std::min(known, std::ssize(firms_) + young + known * (season_ == 0)))
        register_firm();
    if (season_ == 0) long_approval();
    for (std::size_t firm = 0; firm < firms_.size(); ++firm)
        for (int i = 0; i < 3; ++i) later(hours{pick(8, 480)}, [this, firm] { apply_for(firm); });
    for (std::int64_t i = 0; i < batches_season_; ++i)
        later(hours{(season_ == 0 ? 100 : 24) + pick(0, 140 * 24)}, [this] { register_batch(); });
    ++season_;
    later(days{season_days}, [this] { open_season(); });
}

void Seasons::register_firm()
{
    const std::int64_t n = std::ssize(firms_) + 1;
    FirmModel firm;
    firm.actor.firm = FirmId{numbered("F-", n, 5)};
    firm.actor.principal = "firm:" + firm.actor.firm->value;
    firm.actor.role = Role::firm;
    const auto sector = static_cast<std::size_t>(pick(0, std::ssize(sectors) - 1));
    say(regulator,
        FirmRegistered{*firm.actor.firm, name_of_firm(n),
                       Tier{"T" + std::to_string(n == 1 ? 1 : 1 + n % 3)}, Text{sectors[sector]}});
    const FirmId id = *firm.actor.firm;
    if (chance(100))
        later(hours{pick(200, 4000)}, [this, id] {
            const bool wrong = mistaken();
            say(regulator, FirmAmended{id, {}, {}, Text{"research"}}, [this, wrong](Position at) {
                if (wrong) correct(regulator, at, {});
            });
        });
    firms_.push_back(std::move(firm));
}

void Seasons::apply_for(std::size_t firm)
{
    const ApplicationId id{numbered("APP-", ++applications_, 6)};
    const std::int64_t asked = pick(12, 30) * 1000;
    const Actor& actor = firms_[firm].actor;
    say(actor, ApplicationSubmitted{id, *actor.firm, Sku{"H200-141G"}, asked,
                                    Text{"commercial cloud and research"}});
    later(hours{pick(30, 60)}, [this, id, firm, asked] {
        if (chance(10)) {
            say(firms_[firm].actor, ApplicationWithdrawn{id, Text{"plans have changed"}});
            return;
        }
        say(regulator, ApplicationReviewStarted{id, {}});
        later(hours{pick(30, 90)}, [this, id, firm, asked] { decide(id, firm, asked); });
    });
}

void Seasons::decide(ApplicationId application, std::size_t firm, std::int64_t asked)
{
    if (chance(30)) {
        say(regulator, ApplicationRefused{application, Text{"end use not shown"}});
        return;
    }
    auto grant = std::make_shared<Grant>();
    grant->id = ApprovalId{numbered("AP-", ++approvals_, 6)};
    grant->firm = firm;
    grant->granted = grant->available = asked * pick(8, 10) / 10;
    const Day from = std::chrono::floor<days>(now_);
    grant->valid_to = from + days{pick(250, 300)};
    say(regulator,
        ApprovalGranted{grant->id, application, *firms_[firm].actor.firm, grant->granted,
                        Period{period_}, from, grant->valid_to, conditions_of(approvals_)});
    grown(grant);
}

/// What may become of an approval.
void Seasons::grown(const GrantPtr& grant)
{
    firms_[grant->firm].grants.push_back(grant);
    later(days{pick(80, 100)}, [this, grant] {
        say(firms_[grant->firm].actor,
            ConditionEvidenced{grant->id, Text{"Quarterly end-use report"},
                               Text{"report of " + grant->id.value}});
    });
    if (chance(50)) later(days{pick(20, 60)}, [this, grant] { amend(grant); });
    if (chance(40))
        later(days{pick(60, 120)}, [this, grant] {
            grant->usable = false;
            end_early(grant);
        });
    later(grant->valid_to - std::chrono::floor<days>(now_) + days{2},
          [this, grant] { expire(grant); });
}

void Seasons::amend(const GrantPtr& grant)
{
    if (grant->ended || !grant->usable) return;
    grant->granted += 1000;
    grant->available += 1000;
    const bool longer = chance(300);
    if (longer) grant->valid_to += days{30};
    say(regulator, ApprovalAmended{grant->id,
                                   Quantity{grant->granted},
                                   longer ? std::optional{grant->valid_to} : std::nullopt,
                                   {}});
}

// Suspended, revoked or surrendered, once nothing is on its way; some are restored in part.
void Seasons::end_early(const GrantPtr& grant)
{
    if (grant->ended || now_ + days{60} > Time{grant->valid_to}) return;
    if (grant->open > 0) return later(days{5}, [this, grant] { end_early(grant); });
    if (chance(250)) {
        grant->ended = true;
        say(firms_[grant->firm].actor, ApprovalSurrendered{grant->id, Text{"no longer needed"}});
        return;
    }
    say(regulator, ApprovalSuspended{grant->id, Text{"end-use audit under way"}});
    if (chance(500))
        return later(days{4}, [this, grant] {
            say(regulator, ApprovalReinstated{grant->id, Text{"nothing was found"}, 0});
            later(hours{12}, [grant] { grant->usable = true; });
        });
    later(days{4}, [this, grant] {
        say(regulator, ApprovalRevoked{grant->id, Text{"end use differs from the application"}});
        const std::int64_t back = std::exchange(grant->available, 0) * 2 / 5;
        if (!chance(400)) {
            grant->ended = true;
            return;
        }
        later(days{20}, [this, grant, back] {
            say(regulator, ApprovalReinstated{grant->id, Text{"remedied in part"}, back});
            grant->available = back;
            later(hours{12}, [grant] { grant->usable = true; });
        });
    });
}

// The system has recorded that it expired; some of what was left goes on to the next period.
void Seasons::expire(const GrantPtr& grant)
{
    if (grant->ended) return;
    if (now_ < Time{grant->valid_to} + days{2})
        return later(days{30}, [this, grant] { expire(grant); });
    ensure(grant->open == 0, "what is under way ends before its approval does");
    grant->ended = true;
    const std::int64_t qty = std::min(grant->available, grant->granted / 5);
    if (qty < 500 || !chance(100)) return;
    auto next = std::make_shared<Grant>();
    next->id = ApprovalId{numbered("AP-", ++approvals_, 6)};
    next->firm = grant->firm;
    next->granted = next->available = qty;
    const Day from = std::chrono::floor<days>(now_);
    next->valid_to = from + days{260};
    say(regulator,
        QuotaCarriedOver{grant->id, next->id, Period{period_}, from, next->valid_to, qty});
    grown(next);
}

/// An approval with enough left, of a firm at random; null when a few firms have none.
Seasons::GrantPtr Seasons::grant_for(std::int64_t units)
{
    for (int tries = 0; tries < 8; ++tries) {
        auto& grants = firms_[static_cast<std::size_t>(pick(0, std::ssize(firms_) - 1))].grants;
        std::erase_if(grants, [](const GrantPtr& grant) { return grant->ended; });
        for (const GrantPtr& grant : grants)
            if (grant->usable && grant->available >= units &&
                now_ + days{100} < Time{grant->valid_to})
                return grant;
    }
    return {};
}

// One approval that single units are set aside for and released again, thousands of times.
void Seasons::long_approval()
{
    const FirmId firm = *firms_[0].actor.firm;
    say(logistics, BatchRegistered{BatchId{"B-LONG"},
                                   Sku{"H200-141G"},
                                   long_units,
                                   Text{"TW"},
                                   Text{"Nanfang Components"},
                                   {}});
    later(hours{13}, [this, firm] {
        say(firms_[0].actor, ApplicationSubmitted{ApplicationId{"APP-LONG"}, firm, Sku{"H200-141G"},
                                                  long_units, Text{"a pool that breathes"}});
    });
    later(hours{26}, [this] {
        say(regulator, ApplicationReviewStarted{ApplicationId{"APP-LONG"}, {}});
    });
    later(hours{39}, [this, firm] {
        const Day from = std::chrono::floor<days>(now_);
        say(regulator, ApprovalGranted{ApprovalId{"AP-LONG"},
                                       ApplicationId{"APP-LONG"},
                                       firm,
                                       long_units,
                                       Period{"2026-H1"},
                                       from,
                                       from + days{3650},
                                       {}});
        later(hours{13}, [this] { long_unit_ = 1; });
    });
}

void Seasons::long_movements(std::int64_t position)
{
    if (long_unit_ == 0) return;
    const auto unit = [](std::int64_t n) { return Units{{BatchId{"B-LONG"}, n, n}}; };
    for (const std::int64_t n : std::exchange(long_reserved_, {})) {
        say(regulator, AllocationReleased{ApprovalId{"AP-LONG"}, unit(n)});
        ++long_said_;
    }
    const std::int64_t all = std::min(long_movements_max, options_.entries / 10);
    // A little ahead of the entries, so that all are there at the end.
    const double share =
        std::min(1.0, 1.05 * static_cast<double>(position) / static_cast<double>(options_.entries));
    for (; long_said_ + std::ssize(long_reserved_) < std::llround(share * static_cast<double>(all));
         ++long_said_, ++long_unit_) {
        say(regulator, AllocationReserved{ApprovalId{"AP-LONG"}, unit(long_unit_)});
        if (long_unit_ % 10 != 0) long_reserved_.push_back(long_unit_);  // Some are kept.
    }
}

void Seasons::play(const std::function<bool(std::int64_t)>& goes_on)
{
    later(tick_, [this] { open_season(); });
    std::int64_t position = ledger_.head()->position.number;
    while (position < options_.entries) {
        now_ += tick_;
        scribe_.set_now(now_);
        position = ledger_.head()->position.number;
        mistakes_due_ = options_.corrections * position / 1'000'000 + (options_.corrections > 0);
        while (!cues_.empty() && cues_.top().at <= now_) {
            const Act act = cues_.top().act;
            cues_.pop();
            act();
        }
        long_movements(position);
        scribe_.record(options_.entries - position);
        position = ledger_.head()->position.number;
        if (!goes_on(position)) return;
    }
}

}  // namespace chipledger::grow
