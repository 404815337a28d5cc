#include "ledger/projection_digest.hpp"

#include <fmt/format.h>

#include "domain/refusal.hpp"
#include "proof/digest.hpp"

namespace chipledger
{

namespace
{

// COPY's escapes, PostgreSQL 15 documentation, COPY, "Text Format".
void add_cell(std::string& line, const Cell& cell)
{
    if (!cell) {
        line += "\\N";
        return;
    }
    for (const char c : *cell) {
        static constexpr std::string_view special = "\b\f\n\r\t\v\\", letters = "bfnrtv\\";
        const std::size_t found = special.find(c);
        if (found != special.npos) line += '\\';
        line += found == special.npos ? c : letters[found];
    }
}

std::string to_hex(std::string_view bytes)
{
    std::string text;
    for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return text;
}

}  // namespace

struct RowDigest::Hashing {
    Sha256 sha256{};
    std::string line{};
};

RowDigest::RowDigest() : hashing_{std::make_unique<Hashing>()} {}
RowDigest::~RowDigest() = default;
RowDigest::RowDigest(RowDigest&&) noexcept = default;
RowDigest& RowDigest::operator=(RowDigest&&) noexcept = default;

void RowDigest::add(const ProjectedRow& row)
{
    std::string& line = hashing_->line;
    line.clear();
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i) line += '\t';
        add_cell(line, row[i]);
    }
    line += '\n';
    hashing_->sha256.add(line);
    ++rows_;
}

std::string RowDigest::hex() const
{
    Sha256 so_far = hashing_->sha256;
    return so_far.hex();
}

std::string ProjectionDigest::whole() const
{
    std::string text = fmt::format("position {}\n", position.number);
    for (std::size_t i = 0; i < projected_count; ++i)
        text += fmt::format("{} {}\n", table_of(static_cast<Projected>(i)).name, tables[i].sha256);
    return to_hex(sha256(text));
}

ProjectionDigest digest_of(Position position, const ProjectedRows& rows, const RowDigest& movements)
{
    ProjectionDigest digest{position, {}};
    for (std::size_t i = 0; i < projected_count; ++i) {
        RowDigest table;
        for (const ProjectedRow& row : rows.tables[i]) table.add(row);
        digest.tables[i] = {table.hex(), table.rows()};
    }
    digest.tables[static_cast<std::size_t>(Projected::movement)] = {movements.hex(),
                                                                    movements.rows()};
    return digest;
}

}  // namespace chipledger
