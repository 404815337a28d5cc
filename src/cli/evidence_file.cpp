#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "cli/evidence.hpp"
#include "domain/time.hpp"
#include "http/entry_filter.hpp"
#include "http/reading.hpp"
#include "http/target.hpp"
#include "ledger/evidence_bundle.hpp"
#include "proof/tree.hpp"
#include "store/checkpoint_store.hpp"
#include "store/event_store.hpp"

namespace chipledger {

namespace {

namespace files = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t entries_at_once = 500;
constexpr std::chrono::seconds signature_wait{5};
constexpr std::chrono::milliseconds signature_poll{100};

Refusal refused(std::string detail)
{
    return {.code = Code::bad_state, .detail = std::move(detail)};
}

/// A file that is there when it is whole, and not before.
class NewFile {
public:
    explicit NewFile(files::path path) : path_{std::move(path)}, part_{path_.string() + ".part"} {}
    ~NewFile()
    {
        std::error_code ignored;
        files::remove(part_, ignored);
    }
    NewFile(const NewFile&) = delete;

    Result<void> open()
    {
        if (files::exists(path_)) return refused(path_.string() + " is there already.");
        out_.open(part_, std::ios::binary | std::ios::trunc);
        return out_ ? Result<void>{} : refused("cannot write " + part_.string());
    }
    void write(std::string_view piece) { out_ << piece; }
    Result<void> keep()
    {
        out_.close();
        if (!out_) return refused("the disk is full");
        std::error_code failed;
        files::rename(part_, path_, failed);
        return failed ? refused("cannot write " + path_.string()) : Result<void>{};
    }

private:
    files::path path_, part_;
    std::ofstream out_{};
};

/// The question, without until when: that is `as_of`.
struct Question {
    EventFilter filter{};
    Position as_of{};
    Json asked = Json::object();
};

Result<Position> as_of_in(EventStore& store, const std::string& text, Position head)
{
    if (const auto time = parse_timestamp(text)) return store.position_at(time->at);
    const Result<std::int64_t> number = integer_of("as_of", text);
    if (number && *number >= 0 && *number <= head.number) return Position{*number};
    return Refusal{Code::malformed, "?as_of",
                   "Send a position up to " + std::to_string(head.number) +
                       ", or an RFC 3339 recorded time."};
}

Result<Question> question_of(EventStore& store, const EvidenceQuery& query)
{
    const Result<Head> head = store.head();
    if (!head) return head.error();
    Result<EventFilter> filter = read_event_filter(query);
    if (!filter) return filter.error();
    Question question{std::move(*filter), head->size};
    for (const auto& [name, value] : query) {
        if (name != "as_of") {
            question.asked[name].push_back(value);
            continue;
        }
        const Result<Position> as_of = as_of_in(store, value, head->size);
        if (!as_of) return as_of.error();
        question.as_of = *as_of;
    }
    Position& upto = question.filter.upto;
    upto = upto == Position{} ? question.as_of : std::min(upto, question.as_of);
    return question;
}

/// The tree of the entries up to `size`.
Result<Tree> tree_of(EventStore& store, std::uint64_t size)
{
    Tree tree;
    auto read = store.read({}, Position{static_cast<std::int64_t>(size)}, [&](StoredEntry&& entry) {
        tree.append(leaf_hash(log_entry(entry.salt, entry.bytes)));
    });
    if (!read) return read.error();
    if (tree.size() < size) return refused("the log is shorter than what was signed");
    return tree;
}

/// A signed head of at least `size` entries; the signer is given a moment for what was just recorded.
Result<CheckpointRow> signed_head(const std::string& database, std::int64_t size)
{
    CheckpointStore checkpoints{database};
    for (const auto until = std::chrono::steady_clock::now() + signature_wait;;) {
        const Result<std::optional<CheckpointRow>> found = checkpoints.covering(size);
        if (!found) return found.error();
        if (*found) return **found;
        if (std::chrono::steady_clock::now() >= until)
            return refused("nothing is signed that far yet");
        std::this_thread::sleep_for(signature_poll);
    }
}

Result<void> list_into(EvidenceBundle& bundle, EventStore& store, EventFilter filter, NewFile& out)
{
    filter.limit = entries_at_once;
    for (std::size_t seen = 0;;) {
        const Result<std::vector<StoredEntry>> found = store.list(filter);
        if (!found) return found.error();
        if (found->empty()) return {};
        if ((seen += found->size()) > evidence::entries_max)
            return Refusal{.code = Code::too_large,
                           .detail = "There are more than " +
                                     std::to_string(evidence::entries_max) +
                                     " such entries. Narrow them by --from and --to, or export the "
                                     "whole log to a folder."};
        for (const StoredEntry& entry : *found) bundle.add(entry);
        out.write(bundle.take());
        filter.after = found->back().position;
    }
}

}  // namespace

Result<void> export_evidence(const Place& place, const EvidenceQuery& query,
                             const files::path& file)
{
    NewFile out{file};
    if (auto opened = out.open(); !opened) return opened;
    const Result<std::string> database = place.runtime();
    if (!database) return database.error();
    EventStore store{*database};
    const Result<Question> question = question_of(store, query);
    if (!question) return question.error();
    const Result<CheckpointRow> head = signed_head(*database, question->as_of.number);
    if (!head) return head.error();
    const auto size = static_cast<std::uint64_t>(head->size);
    const Result<Tree> tree = tree_of(store, size);
    if (!tree) return tree.error();
    // Whoever has the database sees what an auditor sees.
    const Json auditor{{"role", "auditor"}, {"firm", nullptr}, {"offices", Json::array()}};
    EvidenceBundle bundle{{parse_note(head->note), question->as_of, question->asked, auditor}};
    if (auto listed = list_into(bundle, store, question->filter, out); !listed) return listed;
    bool more = true;
    while (more) {
        more = bundle.prove([&](std::uint64_t index) { return tree->inclusion(index, size); });
        out.write(bundle.take());
    }
    return out.keep();
}

Result<void> export_evidence(const Remote& remote, const EvidenceQuery& query,
                             const files::path& file)
{
    NewFile out{file};
    if (auto opened = out.open(); !opened) return opened;
    std::string path = "/v1/audit/evidence";
    for (const auto& [name, value] : query)
        path += (path.find('?') == path.npos ? '?' : '&') +
                percent_encoded(name) + '=' + percent_encoded(value);
    const Result<std::string> got =
        get(remote, path, [&](std::string_view piece) { out.write(piece); });
    if (!got) return got.error();
    return out.keep();
}

}  // namespace chipledger
