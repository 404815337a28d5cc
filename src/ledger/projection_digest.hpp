#pragma once
#include <array>
#include <memory>
#include <string>

#include "domain/ids.hpp"
#include "store/projected_tables.hpp"

namespace chipledger
{

/// SHA-256 over rows in PostgreSQL's COPY text format, a line each:
/// `COPY (SELECT … ORDER BY key) TO STDOUT` in psql, piped into sha256sum, gives the same.
class RowDigest {
public:
    RowDigest();
    ~RowDigest();
    RowDigest(RowDigest&&) noexcept;
    RowDigest& operator=(RowDigest&&) noexcept;

    void add(const ProjectedRow& row);
    std::string hex() const;  ///< Of what was added so far.
    std::int64_t rows() const { return rows_; }

private:
    struct Hashing;
    std::unique_ptr<Hashing> hashing_;
    std::int64_t rows_ = 0;
};

struct TableDigest {
    std::string sha256{};  ///< Hexadecimal.
    std::int64_t rows = 0;
    friend bool operator==(const TableDigest&, const TableDigest&) = default;
};

/// All tables as of an entry.
struct ProjectionDigest {
    Position position{};
    std::array<TableDigest, projected_count> tables{};

    /// SHA-256 over "position N" and a line "name sha256" for each table, each with its newline.
    std::string whole() const;
    friend bool operator==(const ProjectionDigest&, const ProjectionDigest&) = default;
};

/// Of the rows, and of the movements that `movements` has seen.
ProjectionDigest digest_of(Position position, const ProjectedRows& rows,
                           const RowDigest& movements);

}  // namespace chipledger
