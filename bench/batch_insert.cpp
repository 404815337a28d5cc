// What PostgreSQL alone takes: rows of the log's payload type, N a commit, on one connection, as
// one prepared INSERT of unnested binary arrays. The limit that the benches compare with.
//   batch_insert CONNINFO ROWS_A_COMMIT SECONDS
#include <arpa/inet.h>
#include <libpq-fe.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace
{

using Clock = std::chrono::steady_clock;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr Oid oid_bytea = 17, oid_int8 = 20, oid_text = 25;
constexpr Oid oid_bytea_list = 1001, oid_int8_list = 1016, oid_text_list = 1009;

constexpr const char* schema =
    "SET client_min_messages = warning; DROP TABLE IF EXISTS limit_event;"
    "CREATE TABLE limit_event (position bigint PRIMARY KEY, stream text NOT NULL,"
    " version bigint NOT NULL, type text NOT NULL, at timestamptz NOT NULL DEFAULT now(),"
    " bytes bytea NOT NULL, UNIQUE (stream, version))";
constexpr const char* insert =
    "INSERT INTO limit_event (position, stream, version, type, bytes)"
    " SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::bytea[])";
constexpr const char* payload =
    R"({"kind":"shipment.received","batch":"B-00012345","firm":"F-00042","model":"H200-141G",)"
    R"("qty":64,"hs":"8473.30","origin":"TW","port":"CNSHA","declared_usd":1920000,)"
    R"("carrier":"Halcyon Lines","awb":"160-00012345","at":"2026-03-14T08:15:00Z",)"
    R"("actor":"customs:officer-12","licence":"LIC-2026-00345","warehouse":"WH-EAST-3",)"
    R"("note":"pallet sealed, counted twice, seal number 000012345 intact"})";

/// A one-dimensional array in PostgreSQL's binary format.
class Array
{
public:
    explicit Array(Oid element)
    {
        for (const std::uint32_t word : {1U, 0U, element, 0U, 1U}) put(word);
    }
    void add(std::string_view value)
    {
        put(static_cast<std::uint32_t>(value.size()));
        bytes_ += value;
        ++size_;
    }
    void add(std::int64_t value)
    {
        put(8);
        put(static_cast<std::uint32_t>(value >> 32));
        put(static_cast<std::uint32_t>(value));
        ++size_;
    }
    const std::string& bytes()
    {
        const std::uint32_t size = htonl(size_);
        bytes_.replace(12, 4, reinterpret_cast<const char*>(&size), 4);
        return bytes_;
    }

private:
    void put(std::uint32_t word)
    {
        word = htonl(word);
        bytes_.append(reinterpret_cast<const char*>(&word), 4);
    }
    std::string bytes_{};
    std::uint32_t size_ = 0;
};

void must(PGconn* connection, const Result& result)
{
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error{PQerrorMessage(connection)};
}

void insert_rows(PGconn* connection, std::int64_t& position, int rows, std::mt19937_64& random)
{
    Array positions{oid_int8}, streams{oid_text}, versions{oid_int8}, types{oid_text},
        payloads{oid_bytea};
    for (int i = 0; i < rows; ++i) {
        positions.add(++position);
        streams.add("batch-" + std::to_string(random()));
        versions.add(std::int64_t{0});
        types.add("ShipmentReceived");
        payloads.add(payload);
    }
    const char* values[5];
    int lengths[5], formats[5];
    int n = 0;
    for (Array* array : {&positions, &streams, &versions, &types, &payloads}) {
        values[n] = array->bytes().data();
        lengths[n] = static_cast<int>(array->bytes().size());
        formats[n++] = 1;
    }
    must(connection,
         {PQexecPrepared(connection, "insert", 5, values, lengths, formats, 1), PQclear});
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 4) return std::fprintf(stderr, "batch_insert CONNINFO ROWS SECONDS\n"), 2;
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection{PQconnectdb(argv[1]), PQfinish};
    const int rows = std::atoi(argv[2]);
    try {
        PGconn* const c = connection.get();
        must(c, {PQexec(c, schema), PQclear});
        const Oid types[]{oid_int8_list, oid_text_list, oid_int8_list, oid_text_list,
                          oid_bytea_list};
        must(c, {PQprepare(c, "insert", insert, 5, types), PQclear});
        std::mt19937_64 random{std::random_device{}()};
        std::int64_t position = 0;
        const auto begin = Clock::now();
        const auto end = begin + std::chrono::milliseconds{std::lround(1000 * std::atof(argv[3]))};
        while (Clock::now() < end) insert_rows(c, position, rows, random);
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        const double cpu = 1e6 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
        std::printf("{\"rate\":%.1f,\"requests\":%lld,\"cpu\":%.0f}\n",
                    static_cast<double>(position) / seconds, static_cast<long long>(position), cpu);
    } catch (const std::exception& failed) {
        return std::fprintf(stderr, "batch_insert: %s\n", failed.what()), 1;
    }
}
