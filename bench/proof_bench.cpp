// What proof costs and how fast it is (script/bench proof): appends with and without the signer,
// how long until a receipt is there, and a whole verification.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>

#include "cli/evidence.hpp"
#include "ledger/entry.hpp"
#include "ledger/ledger.hpp"
#include "ledger/signing.hpp"
#include "proof/hash.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

constexpr int events_per_request = 100;
constexpr int requests_in_flight = 16;
constexpr std::int64_t paced_rate = 5'000;  // Entries a second.
constexpr int paced_seconds = 10;

double seconds_since(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

template <class T>
T median(std::vector<T> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// A ledger on a database of its own, signed or not.
class Bench {
public:
    explicit Bench(bool is_signed)
    {
        TestCluster& cluster = TestCluster::shared();
        place.database = cluster.runtime_conninfo(cluster.migrated_database("bench"));
        place.data = cluster.folder() + "/data-of-" +
                     place.database.substr(place.database.rfind('=') + 1);
        std::filesystem::create_directory(place.data);
        LedgerOptions options;
        options.database = place.database;
        options.statements = false;
        ledger = std::move(Ledger::open(options).value());
        if (is_signed)
            signing = std::make_unique<Signing>(
                SigningOptions{.database = place.database,
                               .folder = place.log_folder(),
                               .origin = checkpoint_origin(*ledger->head())},
                ledger->log());
    }
    ~Bench() { ledger->stop(); }

    Submission next()
    {
        Submission submission;
        submission.actor = {"regulator", Role::regulator, {}};
        submission.key = "k" + std::to_string(++requests_);
        submission.body_hash = sha256(submission.key);
        submission.list = true;
        for (int i = 0; i < events_per_request; ++i)
            submission.proposals.push_back(
                {FirmRegistered{FirmId{"F-" + std::to_string(++firms_)},
                                Text{"Lanting Cloud, a firm of the bench"}, Tier{"T1"},
                                Text{"platform"}},
                 {}, {}, {}, {}});
        return submission;
    }

    /// Entries a second, all requests at once.
    double append(std::int64_t entries)
    {
        asio::io_context context;
        std::int64_t left = entries / events_per_request;
        const auto worker = [&]() -> asio::awaitable<void> {
            while (left-- > 0) {
                Submission submission = next();
                const Answer answer = co_await ledger->submit(std::move(submission));
                ensure(bool(answer.outcome), "the bench records");
            }
        };
        const auto begin = Clock::now();
        for (int i = 0; i < requests_in_flight; ++i)
            asio::co_spawn(context, worker(), asio::detached);
        context.run();
        return static_cast<double>(entries) / seconds_since(begin);
    }

    /// How long after its answer each request is covered by a checkpoint, in seconds.
    std::vector<double> receipts()
    {
        asio::io_context context;
        std::vector<double> waits;
        const int requests = static_cast<int>(paced_rate) * paced_seconds / events_per_request;
        const auto one = [&]() -> asio::awaitable<void> {
            Submission submission = next();
            const Answer answer = co_await ledger->submit(std::move(submission));
            const auto answered = Clock::now();
            const auto size = static_cast<std::uint64_t>(answer.outcome->first.number) +
                              events_per_request - 1;
            asio::steady_timer timer{context};
            while (!ledger->log().published() || ledger->log().published()->size < size) {
                timer.expires_after(std::chrono::milliseconds{5});
                co_await timer.async_wait(asio::use_awaitable);
            }
            waits.push_back(seconds_since(answered));
        };
        const auto pacer = [&]() -> asio::awaitable<void> {
            asio::steady_timer timer{context, Clock::now()};
            for (int i = 0; i < requests; ++i) {
                asio::co_spawn(context, one(), asio::detached);
                timer.expires_at(timer.expiry() + std::chrono::microseconds{
                                                      1'000'000 * events_per_request / paced_rate});
                co_await timer.async_wait(asio::use_awaitable);
            }
        };
        asio::co_spawn(context, pacer(), asio::detached);
        context.run();
        std::ranges::sort(waits);
        return waits;
    }

    void wait_until_signed()
    {
        const std::uint64_t size = ledger->log().size();
        while (!ledger->log().published() || ledger->log().published()->size < size)
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }

    Place place{};
    std::unique_ptr<Ledger> ledger{};
    std::unique_ptr<Signing> signing{};

private:
    std::int64_t requests_ = 0, firms_ = 0;
};

void bench_appends(std::int64_t entries)
{
    std::vector<double> with, without, ratios;
    for (int round = 0; round < 3; ++round) {
        without.push_back(Bench{false}.append(entries));
        with.push_back(Bench{true}.append(entries));
        ratios.push_back(with.back() / without.back());
    }
    const std::string salt(32, 's'), bytes(450, 'b');
    Log log;
    const auto begin = Clock::now();
    constexpr int leaves = 200'000;
    for (int i = 0; i < leaves; ++i) log.append(leaf_hash(log_entry(salt, bytes)));
    fmt::print("append, {} events a request, {} in flight\n", events_per_request,
               requests_in_flight);
    fmt::print("  tree, no signer      {:>8.0f} entries/s\n", median(without));
    fmt::print(
        "  tree and signer      {:>8.0f} entries/s  ratio {:.2f} (rounds {:.2f} {:.2f} {:.2f})\n",
        median(with), median(ratios), ratios[0], ratios[1], ratios[2]);
    fmt::print("  hashing and tree     {:>8.2f} us/entry, of {:.1f} us/entry in all\n",
               1e6 * seconds_since(begin) / leaves, 1e6 / median(without));
}

void bench_receipts()
{
    Bench bench{true};
    const std::vector<double> waits = bench.receipts();
    fmt::print(
        "receipt after the answer, at {} entries/s: p50 {:.2f} s, p99 {:.2f} s, max {:.2f} s\n",
        paced_rate, waits[waits.size() / 2], waits[waits.size() * 99 / 100], waits.back());
}

void bench_verify(std::int64_t entries)
{
    Bench bench{true};
    bench.append(entries);
    bench.wait_until_signed();
    const TrustPolicy policy = parse_policy("log " + bench.ledger->log().keys());
    const auto begin = Clock::now();
    const Result<LogEvidence> evidence = evidence_in_database(bench.place);
    const Result<VerifyReport> report = verify_log(*evidence, policy);
    ensure(report && !report->fault, "what the bench recorded is good");
    const double seconds = seconds_since(begin);
    fmt::print("verify {} entries: {:.1f} s, {:.0f} entries/s\n", report->entries, seconds,
               static_cast<double>(report->entries) / seconds);
}

}  // namespace

}  // namespace chipledger

int main(int argc, char** argv)
{
    const std::int64_t verified = argc > 1 ? std::atoll(argv[1]) : 200'000;
    chipledger::bench_appends(60'000);
    chipledger::bench_receipts();
    chipledger::bench_verify(verified);
}
