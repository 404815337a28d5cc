#include "http/witness.hpp"

#include <spdlog/spdlog.h>

#include <charconv>

#include "http/client.hpp"
#include "ledger/durable_file.hpp"
#include "proof/base64.hpp"
#include "proof/fault.hpp"

namespace chipledger {

namespace {

constexpr std::chrono::milliseconds patience{1'000};
constexpr std::chrono::seconds rest{10};
constexpr std::string_view size_type = "text/x.tlog.size";

Response words(int status, std::string text, std::string_view type = "text/plain; charset=utf-8")
{
    return reply(status, type, std::move(text));
}

/// A witness as its log knows it.
class Cosigner {
public:
    Cosigner(TrustPolicy::Witness witness, Log& log) : witness_{std::move(witness)}, log_{log} {}

    std::optional<NoteSignature> ask(const Note& note)
    {
        if (std::chrono::steady_clock::now() < resting_until_) return {};
        try {
            const std::uint64_t size = parse_checkpoint(note.text).size;
            std::optional<NoteSignature> signature = try_with(note, size);
            if (!signature) signature = try_with(note, size);  // It has told what it saw last.
            if (signature) known_ = size;
            return signature;
        } catch (const ProofFault& fault) {
            spdlog::warn("witness {}: {}", witness_.name, fault.what());
            resting_until_ = std::chrono::steady_clock::now() + rest;
            return {};
        }
    }

private:
    std::optional<NoteSignature> try_with(const Note& note, std::uint64_t size)
    {
        if (known_ > size) throw ProofFault{"it has seen a longer log than this"};
        AddCheckpoint request{known_, {}, note};
        if (known_ > 0) request.path = log_.consistency(known_, size);
        const Result<Fetched> answer = fetch({.method = "POST",
                                              .url = witness_.url + "/add-checkpoint",
                                              .headers = {{"Content-Type", "text/plain"}},
                                              .body = to_string(request),
                                              .deadline = patience,
                                              .body_max = 16 * 1024});
        if (!answer) throw ProofFault{answer.error().detail};
        if (answer->status == 409) {
            std::from_chars(answer->body.data(), answer->body.data() + answer->body.size(), known_);
            return {};
        }
        if (answer->status != 200)
            throw ProofFault{"it answers " + std::to_string(answer->status) + ": " + answer->body};
        Note cosigned = parse_note(note.text + '\n' + answer->body);
        if (signers_of(cosigned, std::vector{witness_.key}).empty())
            throw ProofFault{"it has signed with another key"};
        return cosigned.signatures.front();
    }

    TrustPolicy::Witness witness_;
    Log& log_;
    std::uint64_t known_ = 0;
    std::chrono::steady_clock::time_point resting_until_{};
};

}  // namespace

Witness::Witness(SignerKey key, std::vector<VerifierKey> logs, std::filesystem::path state)
    : key_{std::move(key)}, logs_{std::move(logs)}, state_{std::move(state)}
{
    if (key_.verifier.kind != KeyKind::cosignature)
        throw ProofFault{"a witness needs a key that cosigns: chipledger key make --witness"};
    std::filesystem::create_directories(state_);
    for (const VerifierKey& log : logs_) seen(log.name);
}

// An origin may hold any character but spaces and +: its file is named by its hash.
std::filesystem::path Witness::file_of(const std::string& origin) const
{
    return state_ / to_hex(sha256(origin));
}

std::optional<Witnessed> Witness::seen(const std::string& origin) const
{
    const auto text = read_file(file_of(origin));
    if (!text) return {};
    const Checkpoint last = parse_checkpoint(*text);
    return Witnessed{last.size, last.root};
}

Response Witness::add_checkpoint(const std::string& body)
{
    const std::scoped_lock lock{mutex_};
    AddCheckpoint request;
    Checkpoint next;
    try {
        request = parse_add_checkpoint(body);
        next = parse_checkpoint(request.note.text);
    } catch (const ProofFault& fault) {
        return words(400, std::string{fault.what()} + '\n');
    }
    const bool known = std::ranges::find(logs_, next.origin, &VerifierKey::name) != logs_.end();
    if (!known) return words(404, "this log is not known here\n");
    try {
        open_checkpoint(request.note, logs_);
    } catch (const ProofFault& fault) {
        return words(403, std::string{fault.what()} + '\n');
    }
    if (request.old > next.size) return words(400, "the old size is beyond the new one\n");
    const Witnessed last = seen(next.origin).value_or(Witnessed{});
    switch (judge(last, request, next)) {
    case WitnessVerdict::behind: return words(409, std::to_string(last.size) + '\n', size_type);
    case WitnessVerdict::not_consistent:
        spdlog::critical("log {} shows {} entries that do not follow the {} seen before",
                         next.origin, next.size, last.size);
        return words(422, "this does not follow what was seen\n");
    case WitnessVerdict::good: break;
    }
    replace_file(file_of(next.origin), to_string(next));
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return words(200, sign(key_, request.note.text,
                           std::chrono::duration_cast<std::chrono::seconds>(now).count())
                          .line());
}

std::vector<Route> witness_routes(Witness& witness)
{
    Route route{"POST", "/add-checkpoint", {},
                [&witness](Context& context) -> boost::asio::awaitable<Response> {
                    co_return witness.add_checkpoint(context.request.body);
                }};
    route.body_max = 16 * 1024;
    return {std::move(route)};
}

Cosign cosign_by(const TrustPolicy& policy, Log& log)
{
    auto cosigners = std::make_shared<std::vector<Cosigner>>();
    for (const TrustPolicy::Witness& witness : policy.witnesses)
        if (!witness.url.empty()) cosigners->emplace_back(witness, log);
    if (cosigners->empty()) return {};
    return [cosigners](const Note& note) {
        std::vector<NoteSignature> signatures;
        for (Cosigner& cosigner : *cosigners)
            if (auto signature = cosigner.ask(note)) signatures.push_back(std::move(*signature));
        return signatures;
    };
}

}  // namespace chipledger
