#include "ledger/signing.hpp"

#include <spdlog/spdlog.h>

#include "ledger/durable_file.hpp"
#include "store/crash_point.hpp"

namespace chipledger {

namespace {

constexpr std::chrono::milliseconds nap{20};       // How soon a stop is noticed.
constexpr std::chrono::milliseconds retry_pause{500};

void sleep_for(std::chrono::milliseconds time, const std::atomic<bool>& stopping)
{
    const auto until = std::chrono::steady_clock::now() + time;
    while (!stopping && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(nap);
}

}  // namespace

Signing::Signing(SigningOptions options, Log& log)
    : options_{std::move(options)},
      log_{log},
      entries_{options_.database},
      checkpoints_{options_.database}
{
    std::string lines;
    for (const SignerKey& key : keys_in(options_.folder, options_.origin))
        lines += to_string(key.verifier) + '\n';
    log_.name_keys(std::move(lines));
    if (options_.alone) return;
    look_back();
    if (log_.alarm().empty()) thread_ = std::thread{[this] { run(); }};
}

// Before anybody is answered: a log that is shorter or other than what was signed is not shown as
// ready for a moment. Hashed anew is all of it later, where it looks right.
void Signing::look_back()
{
    try {
        const auto text = read_file(options_.folder / "checkpoint");
        if (!std::filesystem::exists(options_.folder / "alarm")) {
            if (!text) return;
            const Checkpoint last = parse_checkpoint(parse_note(*text).text);
            if (last.size <= log_.size() && log_.root(last.size) == last.root) return;
        }
        (void)Signer{options_.folder, options_.origin}.check(entries_);
    } catch (const Alarm& alarm) {
        raise(alarm.what());
    } catch (const std::exception& failed) {
        spdlog::error("the signer cannot look back: {}", failed.what());
    }
}

Signing::~Signing() { stop(); }

void Signing::stop()
{
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

void Signing::raise(const std::string& why)
{
    log_.raise_alarm(why);
    spdlog::critical("INTEGRITY: {}. Nothing is signed any more. Keep the database as it is, and "
                     "run chipledger verify.",
                     why);
}

void Signing::run()
{
    while (!stopping_) {
        try {
            const bool good = step();
            if (!good) sleep_for(retry_pause, stopping_);
        } catch (const Alarm& alarm) {
            return raise(alarm.what());
        } catch (const std::exception& failed) {
            spdlog::error("the signer cannot sign: {}", failed.what());
            sleep_for(options_.pause, stopping_);
            continue;
        }
        if (published_ > 0) sleep_for(options_.pause, stopping_);
        while (!stopping_ && log_.wait_beyond(published_, nap) <= published_) {}
    }
}

// Of this process, what was answered; alone, what the head says.
std::uint64_t Signing::upto()
{
    if (!options_.alone) return log_.size();
    const Result<Head> head = entries_.head();
    return head ? static_cast<std::uint64_t>(head->size.number) : 0;
}

bool Signing::step()
{
    if (!signer_) {
        auto signer = std::make_unique<Signer>(options_.folder, options_.origin);
        if (auto checked = signer->check(entries_); !checked) return false;
        signer_ = std::move(signer);
        CRASH_POINT("signer-checked");
    }
    const std::uint64_t size = upto();
    if (size == 0) return false;
    if (size < signer_->size())
        signer_->alarm("the log has " + std::to_string(size) + " entries, and " +
                       std::to_string(signer_->size()) + " have been here before");
    const Result<std::vector<Hash>> leaves = signer_->take(entries_, size);
    if (!leaves) return false;
    if (options_.alone)
        log_.append(*leaves);
    else if (log_.root(size) != signer_->root())
        signer_->alarm("the database's entries up to " + std::to_string(size) +
                       " are not those that the ledger recorded");
    if (size == published_) return true;
    Note note = signer_->sign();
    if (options_.cosign)
        for (NoteSignature& cosignature : options_.cosign(note))
            note.signatures.push_back(std::move(cosignature));
    const CheckpointRow row{static_cast<std::int64_t>(size), std::string{view(signer_->root())},
                            to_string(note)};
    CRASH_POINT("checkpoint-unstored");
    if (!checkpoints_.put(row, signer_->new_tiles())) return false;
    CRASH_POINT("checkpoint-stored");
    signer_->forget_tiles();
    log_.publish(std::move(note), size);
    CRASH_POINT("checkpoint-published");
    published_ = size;
    return true;
}

Following::Following(std::string database, Log& log, std::chrono::milliseconds pause)
    : checkpoints_{std::move(database)}, log_{log}, thread_{[this, pause] { run(pause); }}
{
}

Following::~Following() { stop(); }

void Following::stop()
{
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

void Following::run(std::chrono::milliseconds pause)
{
    for (std::int64_t shown = 0; !stopping_; sleep_for(pause, stopping_)) {
        const Result<std::optional<CheckpointRow>> latest = checkpoints_.latest();
        if (!latest || !*latest || (*latest)->size <= shown) continue;
        const auto size = static_cast<std::uint64_t>((*latest)->size);
        if (size > log_.size()) continue;
        if (view(log_.root(size)) != (*latest)->root) {
            log_.raise_alarm("the signer has signed another log than this one");
            spdlog::critical("INTEGRITY: {}", log_.alarm());
            return;
        }
        log_.publish(parse_note((*latest)->note), size);
        shown = (*latest)->size;
    }
}

}  // namespace chipledger
