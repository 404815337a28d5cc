// A snapshot is a cache: with it or without it, the ledger is the same.
#include "ledger/snapshot.hpp"

#include <filesystem>
#include <fstream>

#include "book.hpp"
#include "ledger/durable_file.hpp"
#include "ledger/ledger.hpp"
#include "ledger/submissions.hpp"
#include "support/await.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

/// A folder of its own, gone with the test.
struct Folder {
    std::filesystem::path path;
    Folder()
    {
        std::string name = std::filesystem::temp_directory_path() / "chipledger-snapshot-XXXXXX";
        REQUIRE(::mkdtemp(name.data()));
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string file() const { return path / "snapshot"; }
};

/// Leaves that tell their index.
std::vector<Hash> some_leaves(std::uint64_t from, std::uint64_t count)
{
    std::vector<Hash> leaves(count);
    for (std::uint64_t i = 0; i < count; ++i)
        leaves[i].fill(static_cast<unsigned char>((from + i) % 251));
    return leaves;
}

State read_back(const std::string& file)
{
    Result<Snapshot> snapshot = read_snapshot(file);
    if (!snapshot) FAIL(snapshot.error().detail);
    CHECK(snapshot->leaves ==
          some_leaves(0, static_cast<std::uint64_t>(snapshot->state.position.number)));
    return std::move(snapshot->state);
}

}  // namespace

TEST_CASE("what a snapshot brings back is the whole past, at every standpoint", "[snapshot]")
{
    Tally tally;
    const Folder folder;
    for (std::uint64_t seed = 301; seed <= 306; ++seed) {
        const Book book = random_book(seed, 300, tally);
        write_snapshot(folder.file(), book.state, some_leaves);
        const State back = read_back(folder.file());
        CHECK(account_of(back) == account_of(book.state));
        const std::int64_t size = std::ssize(book.events);
        for (std::int64_t known = size; known > 0; known -= 23)
            for (const std::int64_t upto : {known, known - known / 3, known / 2 + 1}) {
                INFO("seed " << seed << ", known at " << known << ", up to " << upto);
                REQUIRE(differing(seen(back.seen_from({known}, {upto})),
                                  seen(book.state.seen_from({known}, {upto}))) == "");
            }
    }
    CHECK(tally.taken > 10);
}

TEST_CASE("a log folded on from a snapshot is the log folded from nothing", "[snapshot]")
{
    Tally tally;
    const Folder folder;
    for (std::uint64_t seed = 311; seed <= 316; ++seed) {
        const Book book = random_book(seed, 300, tally);
        const Position end{std::ssize(book.events)};
        const State whole = fold(book.entries(), end).value();
        for (const std::int64_t part : {std::int64_t{1}, end.number / 2, end.number}) {
            INFO("seed " << seed << ", from " << part);
            const State then = fold(book.entries(), {part}).value();
            write_snapshot(folder.file(), then, some_leaves);
            const State all = fold(book.entries(), end, read_back(folder.file())).value();
            CHECK(account_of(all) == account_of(whole));
            write_snapshot(folder.file() + ".all", all, some_leaves);
            write_snapshot(folder.file() + ".whole", whole, some_leaves);
            CHECK(read_file(folder.file() + ".all") == read_file(folder.file() + ".whole"));
        }
    }
}

TEST_CASE("a snapshot of the head leaves out what came after", "[snapshot]")
{
    Tally tally;
    const Folder folder;
    Book book = random_book(321, 200, tally);
    const State then = book.state;
    const std::string account = account_of(then);
    for (int i = 0; i < 20; ++i)
        REQUIRE(book.offer({.actor = scenario::actor(Role::regulator),
                            .data = FirmRegistered{FirmId{"F-N" + std::to_string(i)}, Text{"new"},
                                                   scenario::t1, {}}}));
    write_snapshot(folder.file(), then, some_leaves);
    CHECK(account_of(read_back(folder.file())) == account);
}

TEST_CASE("a damaged snapshot is dropped", "[snapshot]")
{
    Tally tally;
    const Folder folder;
    const Book book = random_book(331, 60, tally);
    write_snapshot(folder.file(), book.state, some_leaves);
    const std::string good = *read_file(folder.file());
    const auto why_not = [&](const std::string& bytes) {
        std::ofstream{folder.file(), std::ios::binary} << bytes;
        const Result<Snapshot> read = read_snapshot(folder.file());
        return read ? std::string{} : read.error().detail;
    };
    CHECK(why_not(good) == "");
    for (std::size_t i = 0; i < good.size(); i += 1 + good.size() / 200) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        CHECK(why_not(bad) != "");
        CHECK(why_not(good.substr(0, i)) != "");
    }
    CHECK(why_not(good + "x") == "it is damaged");
    std::filesystem::remove(folder.file());
    CHECK(read_snapshot(folder.file()).error().detail == "there is none");
}

TEST_CASE("a ledger starts from its snapshot, and without it, to the same state", "[snapshot]")
{
    TestCluster& cluster = TestCluster::shared();
    const Folder folder;
    LedgerOptions options;
    options.database = cluster.runtime_conninfo(cluster.migrated_database());
    options.statements = false;
    options.snapshot = folder.file();
    const auto opened = [](const LedgerOptions& with) {
        auto ledger = Ledger::open(with);
        REQUIRE(bool(ledger));
        return std::move(*ledger);
    };
    {
        const auto ledger = opened(options);
        for (const char* firm : {"F-A", "F-B"}) REQUIRE(bool(run(ledger->submit(registering(firm))).outcome));
        ledger->stop();
    }
    REQUIRE(read_snapshot(folder.file())->state.position == Position{3});

    SECTION("it goes on from there")
    {
        {
            LedgerOptions other = options;
            other.snapshot.clear();
            const auto ledger = opened(other);
            REQUIRE(bool(run(ledger->submit(registering("F-C"))).outcome));
            ledger->stop();
        }
        const auto ledger = opened(options);
        CHECK(ledger->head()->position == Position{4});
        CHECK(ledger->log().size() == 4);
        CHECK(run(ledger->submit(registering("F-A"))).replayed);
        REQUIRE(bool(run(ledger->submit(registering("F-D"))).outcome));
        ledger->stop();
        LedgerOptions plain = options;
        plain.snapshot.clear();
        const auto folded = opened(plain);
        CHECK(account_of(*folded->head()) == account_of(*ledger->head()));
        CHECK(folded->log().root(5) == ledger->log().root(5));
        CHECK(account_of(read_snapshot(folder.file())->state) == account_of(*folded->head()));
        folded->stop();
    }
    SECTION("that of another log, or of a longer one, is not taken")
    {
        LedgerOptions other = options;
        other.database = cluster.runtime_conninfo(cluster.migrated_database());
        other.statements = false;
        {
            const auto ledger = opened(other);  // One entry, and the snapshot has three.
            CHECK(ledger->head()->position == Position{1});
            CHECK(ledger->head()->firms.empty());
            for (const char* firm : {"F-X", "F-Y", "F-Z"})
                REQUIRE(bool(run(ledger->submit(registering(firm))).outcome));
            ledger->stop();
        }
        CHECK(read_snapshot(folder.file())->state.position == Position{4});
        const auto ledger = opened(options);  // Three entries, and the snapshot has four.
        CHECK(ledger->head()->position == Position{3});
        CHECK(ledger->head()->firms.contains(FirmId{"F-A"}));
        CHECK_FALSE(ledger->head()->firms.contains(FirmId{"F-X"}));
        ledger->stop();
    }
}

}  // namespace chipledger
