#include "ledger/entry.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>

#include "ledger/proposals.hpp"
#include "store/token.hpp"

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::hours future_max{24};  // A clock on a dock may be wrong; a plan is no event.

std::string refusal_json(const Refusal& refusal)
{
    Json json{{"code", std::string{kind_of(refusal.code).slug}},
              {"param", refusal.param},
              {"detail", refusal.detail},
              {"entries", Json::array()}};
    if (refusal.available) json["available"] = *refusal.available;
    if (refusal.requested) json["requested"] = *refusal.requested;
    for (const Position entry : refusal.entries) json["entries"].push_back(entry.number);
    return json.dump();
}

Refusal refusal_of(const std::string& text)
{
    const Json json = Json::parse(text);
    Refusal refusal;
    for (const RefusalKind& kind : all_refusals())
        if (kind.slug == json["code"].get<std::string>()) refusal.code = kind.code;
    refusal.param = json["param"].get<std::string>();
    refusal.detail = json["detail"].get<std::string>();
    if (json.contains("available")) refusal.available = json["available"].get<std::int64_t>();
    if (json.contains("requested")) refusal.requested = json["requested"].get<std::int64_t>();
    for (const Json& entry : json["entries"])
        refusal.entries.push_back({entry.get<std::int64_t>()});
    return refusal;
}

std::optional<Refusal> stale_at(const Submission& submission, std::int64_t version)
{
    if (!submission.if_match) return {};
    const std::vector<std::int64_t>& wanted = *submission.if_match;
    if (std::ranges::find(wanted, version) != wanted.end()) return {};
    Refusal no{.code = Code::version_conflict,
               .detail = "It is at version " + std::to_string(version) +
                         ". Read it again, and decide again.",
               .available = version};
    if (wanted.size() == 1) no.requested = wanted.front();
    return no;
}

bool names_firm(const Event& event, const FirmId& firm)
{
    return std::ranges::any_of(event.subjects, [&](const Subject& subject) {
        return subject.kind == "firm" && subject.id == firm.value;
    });
}

}  // namespace

std::string new_event_id(Time recorded_at)
{
    std::string bytes = random_bytes(16);
    auto millis = std::chrono::floor<std::chrono::milliseconds>(recorded_at.time_since_epoch())
                      .count();
    for (int i = 5; i >= 0; --i, millis >>= 8) bytes[static_cast<std::size_t>(i)] =
        static_cast<char>(millis & 0xFF);
    bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x70);
    bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += digits[static_cast<unsigned char>(bytes[i]) >> 4];
        text += digits[static_cast<unsigned char>(bytes[i]) & 15];
    }
    return text;
}

Event event_of(const Proposal& proposal, const Actor& actor, Timestamp now)
{
    Event event;
    event.occurred_at = proposal.occurred_at.value_or(now);
    event.actor = actor;
    event.reason = proposal.reason;
    event.documents = proposal.documents;
    event.data = proposal.data;
    return event;
}

Event system_event(EventData data, Timestamp occurred_at)
{
    Event event;
    event.actor = {"chipledger", Role::system, {}};
    event.occurred_at = occurred_at;
    event.data = std::move(data);
    return event;
}

void complete(Event& event, const State& before, Time recorded_at)
{
    event.position = {before.position.number + 1};
    event.recorded_at = recorded_at;
    event.id = new_event_id(recorded_at);
    event.subjects = subjects_of(before, event.data);
}

EventRow row_of(const Event& event)
{
    return {event.position,       event.id,          std::string{type_name(event.data)},
            event.occurred_at.at, event.recorded_at, random_bytes(32),
            encode(event),        event.subjects,    event.actor.principal};
}

std::optional<Refusal> from_the_future(const Event& event)
{
    if (event.occurred_at.at <= event.recorded_at + future_max) return {};
    return Refusal{Code::malformed, "/occurred_at",
                   "This is more than a day ahead of the ledger's clock, " +
                       to_string(event.recorded_at) + ". Record what has occurred."};
}

std::optional<Refusal> stale(const Submission& submission, std::int64_t version)
{
    return stale_at(submission, version);
}

std::optional<Refusal> stale(const Submission& submission, const Event& correction)
{
    return stale_at(submission, correction.subjects.front().version - 1);
}

Result<Event> find_entry(EventStore& store, const std::vector<Event>& pending, Position head,
                         Position target)
{
    for (const Event& event : pending)
        if (event.position == target) return event;
    std::optional<Event> found;
    const auto take = [&](Event&& event) -> Result<void> {
        found = std::move(event);
        return {};
    };
    if (target <= head)
        if (auto read = entries_of(store).some({target}, take); !read) return read.error();
    if (found) return *found;
    return Refusal{Code::unknown_entry, "/data/target",
                   "There is no such entry. Check its position."};
}

std::optional<Refusal> may_not_correct(const Actor& actor, const Event& target)
{
    if (actor.role == Role::firm && (!actor.firm || !names_firm(target, *actor.firm)))
        return Refusal{Code::unknown_entry, "/data/target",
                       "There is no such entry. Check its position."};
    if (std::holds_alternative<LedgerOpened>(target.data))
        return Refusal{Code::bad_state, "/data/target", "The first entry never changes."};
    const std::vector<Role> roles = roles_of(type_name(target.data));
    const bool family = std::ranges::find(roles, actor.role) != roles.end();
    const bool own = actor.role != Role::firm || target.actor.firm == actor.firm;
    if (actor.role == Role::regulator || (family && own)) return {};
    return Refusal{Code::forbidden_role, "/data/target",
                   "Only the role that records a " + std::string{type_name(target.data)} +
                       ", or the regulator, corrects it."};
}

std::optional<Refusal> beyond_office(const std::vector<std::string>& offices, const State& state,
                                     const EventData& data)
{
    if (offices.empty()) return {};
    const auto bound_to = [&](const std::optional<OfficeId>& office) {
        return !office || std::ranges::find(offices, office->value) != offices.end();
    };
    return std::visit(
        [&](const auto& event) -> std::optional<Refusal> {
            if constexpr (requires { event.shipment; }) {
                const Shipment* shipment = state.shipments.find(event.shipment);
                if (shipment && !bound_to(*shipment->office))
                    return Refusal{Code::unknown_shipment, "/data/shipment",
                                   "There is no such shipment at your office."};
            }
            if constexpr (requires { event.office; })
                if (!bound_to(event.office))
                    return Refusal{Code::forbidden_role, "/data/office",
                                   "You are bound to another office."};
            return {};
        },
        data);
}

std::vector<Subject> correction_subjects(const State& state, const Event& target,
                                         const EventData& correction)
{
    std::vector<Subject> subjects = target.subjects;
    if (const auto* corrected = std::get_if<EventCorrected>(&correction))
        for (Subject& subject : subjects_of(state, corrected->replacement->data)) {
            const auto same = [&](const Subject& known) {
                return known.kind == subject.kind && known.id == subject.id;
            };
            if (std::ranges::none_of(subjects, same)) subjects.push_back(std::move(subject));
        }
    for (Subject& subject : subjects)
        subject.version = state.version_of(subject.kind, subject.id) + 1;
    return subjects;
}

std::string checkpoint_origin(const State& state)
{
    return state.origin + (state.clock == ClockMode::simulated ? "/simulated" : "");
}

CommandRow command_of(const Submission& submission, const Result<Recorded>& outcome, Time now)
{
    CommandRow row{
        submission.actor.principal, submission.key, submission.body_hash, 201, {}, 0, {},
        submission.traceparent};
    if (outcome && outcome->needs_confirmation) {
        row.status = 202;
        row.answer = proposal_text(submission, now);
    } else if (outcome) {
        if (outcome->entries.empty()) row.status = 200;
        row.first = outcome->first;
        row.count = std::ssize(outcome->entries);
    } else {
        row.status = kind_of(outcome.error().code).status;
        row.answer = refusal_json(outcome.error());
    }
    return row;
}

Answer replay(EventStore& store, const CommandRow& command)
{
    if (command.status == 202)
        return {Recorded{{}, 0, {}, true, Json::parse(command.answer)["id"].get<std::string>()},
                true};
    if (command.status == 200) return {Recorded{}, true};
    if (!command.answer.empty()) return {refusal_of(command.answer), true};
    Recorded recorded{command.first, 0, {}};
    const Position before{command.first.number - 1};
    const auto take = [&](StoredEntry&& entry) {
        recorded.entries.push_back(std::move(entry.bytes));
    };
    if (auto read = store.read(before, {before.number + command.count}, take); !read)
        return {read.error()};
    const Result<Event> first = decode(recorded.entries.front());
    ensure(bool(first), "what is stored can be read");
    recorded.version = first->subjects.front().version;
    return {std::move(recorded), true};
}

namespace {

/// Decodes what it is fed, until `take` says no.
class Decoder {
public:
    explicit Decoder(const Entries::Take& take) : take_{take} {}
    void operator()(StoredEntry&& stored)
    {
        if (!good_) return;
        Result<Event> event = decode(stored.bytes);
        ensure(bool(event), "what is stored can be read");
        good_ = take_(std::move(*event));
    }
    Result<void> after(const Result<void>& read) const { return good_ ? read : good_; }

private:
    const Entries::Take& take_;
    Result<void> good_ = {};
};

}  // namespace

Entries decoded(StoredEntries stored)
{
    Entries entries;
    entries.range = [stored](Position after, Position upto,
                             const Entries::Take& take) -> Result<void> {
        Decoder decoder{take};
        return decoder.after(stored(after, upto, std::ref(decoder)));
    };
    entries.some = [stored](const std::vector<Position>& positions,
                            const Entries::Take& take) -> Result<void> {
        Decoder decoder{take};
        for (const Position position : positions) {
            auto read = stored({position.number - 1}, position, std::ref(decoder));
            if (auto good = decoder.after(read); !good) return good;
        }
        return {};
    };
    return entries;
}

Entries entries_of(EventStore& store)
{
    Entries entries = decoded([&store](Position after, Position upto, const auto& entry) {
        return store.read(after, upto, entry);
    });
    entries.some = [&store](const std::vector<Position>& positions,
                            const Entries::Take& take) -> Result<void> {
        Decoder decoder{take};
        return decoder.after(store.read(positions, std::ref(decoder)));
    };
    return entries;
}

namespace {

/// Does something on every way out.
struct ScopeEnd {
    std::function<void()> act;
    ~ScopeEnd() { act(); }
};

/// Hands chunks from one thread to another, a few at a time.
class Belt {
public:
    using Chunk = std::vector<Event>;

    void put(Chunk chunk)
    {
        std::unique_lock lock{mutex_};
        moved_.wait(lock, [&] { return chunks_.size() < chunks_max || left_; });
        chunks_.push_back(std::move(chunk));
        moved_.notify_all();
    }
    void end()
    {
        const std::scoped_lock lock{mutex_};
        ended_ = true;
        moved_.notify_all();
    }
    /// The next; none after the last.
    std::optional<Chunk> take()
    {
        std::unique_lock lock{mutex_};
        moved_.wait(lock, [&] { return !chunks_.empty() || ended_; });
        if (chunks_.empty()) return {};
        Chunk chunk = std::move(chunks_.front());
        chunks_.pop_front();
        moved_.notify_all();
        return chunk;
    }
    /// Nobody takes any more.
    void leave()
    {
        const std::scoped_lock lock{mutex_};
        left_ = true;
        moved_.notify_all();
    }
    bool left() const
    {
        const std::scoped_lock lock{mutex_};
        return left_;
    }

private:
    static constexpr std::size_t chunks_max = 8;
    mutable std::mutex mutex_{};
    std::condition_variable moved_{};
    std::deque<Chunk> chunks_{};
    bool ended_ = false;
    bool left_ = false;
};

constexpr std::size_t chunk_entries = 500;

}  // namespace

Entries entries_ahead(EventStore& store, EventStore& ahead,
                      std::function<void(const StoredEntry&)> seen)
{
    Entries entries = entries_of(store);
    entries.range = [&ahead, seen = std::move(seen)](Position after, Position upto,
                                                     const Entries::Take& take) -> Result<void> {
        Belt belt;
        auto reading = std::async(std::launch::async, [&]() -> Result<void> {
            const ScopeEnd end{[&] { belt.end(); }};
            Belt::Chunk chunk;
            const auto one = [&](StoredEntry&& stored) {
                if (belt.left()) return;
                seen(stored);
                Result<Event> event = decode(stored.bytes);
                ensure(bool(event), "what is stored can be read");
                chunk.push_back(std::move(*event));
                if (chunk.size() == chunk_entries) belt.put(std::exchange(chunk, {}));
            };
            auto read = ahead.read(after, upto, one);
            if (!chunk.empty()) belt.put(std::move(chunk));
            return read;
        });
        const ScopeEnd leave{[&] { belt.leave(); }};
        while (auto chunk = belt.take())
            for (Event& event : *chunk)
                if (auto good = take(std::move(event)); !good) return good;
        return reading.get();
    };
    return entries;
}

}  // namespace chipledger
