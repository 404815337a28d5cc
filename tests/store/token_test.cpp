// Tokens, which the database never sees.
#include <sys/stat.h>

#include <filesystem>

#include "catch.hpp"
#include "sample.hpp"
#include "store/token.hpp"
#include "store/token_store.hpp"

namespace chipledger {

using namespace store_test;

namespace {

const std::string pepper(32, 'p');
const Principal customs{"li.wei", Role::customs, {}, {"SHA-01", "TXG-02"}};

}  // namespace

TEST_CASE("a token has its form, and a typing error in it is found", "[store][token]")
{
    const std::string token = make_token(Role::regulator);
    CHECK(token.starts_with("clk_regulator_"));
    CHECK(token.size() == 14 + 36);
    CHECK(well_formed(token));
    for (std::size_t i = 14; i < token.size(); ++i) {
        std::string other = token;
        other[i] = other[i] == 'a' ? 'b' : 'a';
        CHECK_FALSE(well_formed(other));
    }
    CHECK_FALSE(well_formed(""));
    CHECK_FALSE(well_formed(token + "a"));
    CHECK(make_token(Role::regulator) != token);
}

TEST_CASE("a token is found until it is revoked", "[store][token]")
{
    Database database;
    TokenStore tokens{database.runtime(), pepper};
    const Minted minted = tokens.mint(customs).value();
    const auto found = tokens.find(minted.token).value();
    REQUIRE(found.has_value());
    CHECK(found->principal == customs);
    CHECK(found->valid());
    CHECK(tokens.find(make_token(Role::customs)).value() == std::nullopt);
    CHECK(tokens.revoke(minted.id).value());
    CHECK_FALSE(tokens.revoke(minted.id).value());
    CHECK_FALSE(tokens.find(minted.token).value()->valid());
    CHECK(tokens.list().value().size() == 1);
}

TEST_CASE("a token ends at its time, and under another pepper", "[store][token]")
{
    Database database;
    TokenStore tokens{database.runtime(), pepper};
    const Time past = at_minute(0) - std::chrono::days{365};
    const Minted old = tokens.mint(customs, past).value();
    CHECK_FALSE(tokens.find(old.token).value()->valid());
    const Minted fresh = tokens.mint(customs).value();
    TokenStore stranger{database.runtime(), std::string(32, 'x')};
    CHECK(stranger.find(fresh.token).value() == std::nullopt);
}

TEST_CASE("a principal keeps its role, its firm and its offices", "[store][token]")
{
    Database database;
    TokenStore tokens{database.runtime(), pepper};
    REQUIRE(bool(tokens.mint(customs)));
    Principal other = customs;
    other.role = Role::auditor;
    CHECK(tokens.mint(other).error().code == Code::bad_state);
    other = customs;
    other.offices.clear();
    CHECK(tokens.mint(other).error().code == Code::bad_state);
    CHECK(tokens.mint({"f", Role::firm, {}, {}}).error().code == Code::malformed);
    CHECK(tokens.mint({"r", Role::regulator, FirmId{"F-A"}, {}}).error().code == Code::malformed);
    CHECK(tokens.mint({"s", Role::system, {}, {}}).error().code == Code::malformed);
    CHECK(tokens.mint({"a b", Role::auditor, {}, {}}).error().code == Code::malformed);
    CHECK(bool(tokens.mint({"firm:F-A", Role::firm, FirmId{"F-A"}, {}})));
}

TEST_CASE("no table holds a token", "[store][token]")
{
    Database database;
    TokenStore tokens{database.runtime(), pepper};
    const std::string token = tokens.mint(customs).value().token;
    const std::string secret = token.substr(token.rfind('_') + 1);
    for (const char* table : {"token", "principal"})
        CHECK(database.sql(std::string{"SELECT count(*) FROM "} + table +
                           " t WHERE t::text LIKE '%" + secret + "%'") == "0");
    CHECK(database.sql("SELECT length(hash) FROM token") == "32");
}

TEST_CASE("the pepper is made once, for its owner alone", "[store][token]")
{
    const std::string path = TestCluster::shared().folder() + "/pepper";
    const std::string made = pepper_at(path).value();
    CHECK(made.size() == 32);
    CHECK(pepper_at(path).value() == made);
    struct stat file{};
    REQUIRE(::stat(path.c_str(), &file) == 0);
    CHECK((file.st_mode & 0777) == 0600);
    std::filesystem::resize_file(path, 31);
    CHECK(pepper_at(path).error().code == Code::bad_state);
    CHECK(pepper_at("/no/such/folder/pepper").error().code == Code::bad_state);
}

}  // namespace chipledger
