#pragma once
// Inside src/store alone: arrays as PostgreSQL sends and receives them in binary (array_recv).
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "domain/time.hpp"

namespace chipledger {

/// The types of columns that we send, by their numbers in pg_type.dat.
enum class SqlType : std::uint32_t {
    bytea = 17,
    int8 = 20,
    int2 = 21,
    int4 = 23,
    text = 25,
    timestamptz = 1184,
    uuid = 2950
};

/// A one-dimensional array, filled element by element.
class BinaryArray {
public:
    explicit BinaryArray(SqlType type) : type_{type}, bytes_(header_size, '\0') {}

    /// The bytes of a text, a bytea, or whatever else the type is in binary.
    void add(std::string_view bytes)
    {
        put(static_cast<std::int32_t>(bytes.size()));
        bytes_ += bytes;
        ++count_;
    }
    void add_null()
    {
        put(std::int32_t{-1});
        nulls_ = true;
        ++count_;
    }
    /// An integer of just the width of the type.
    template <class Integer>
    void add_integer(Integer number)
    {
        put(static_cast<std::int32_t>(sizeof number));
        put(number);
        ++count_;
    }
    /// A timestamptz: microseconds since 2000-01-01 in UTC.
    void add_time(Time time)
    {
        constexpr Time epoch{std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}};
        add_integer(static_cast<std::int64_t>((time - epoch).count()));
    }

    /// The whole, once everything is in.
    const std::string& bytes()
    {
        std::string elements = std::exchange(bytes_, {});
        put(std::int32_t{1});  // Dimensions.
        put(static_cast<std::int32_t>(nulls_));
        put(static_cast<std::uint32_t>(type_));
        put(count_);
        put(std::int32_t{1});  // The index of the first.
        elements.replace(0, header_size, bytes_);
        return bytes_ = std::move(elements);
    }

private:
    static constexpr std::size_t header_size = 20;

    template <class Integer>
    void put(Integer number)
    {
        const auto bits = static_cast<std::make_unsigned_t<Integer>>(number);
        for (std::size_t i = sizeof number; i-- > 0;)
            bytes_ += static_cast<char>(bits >> (8 * i) & 0xFF);
    }

    SqlType type_;
    std::string bytes_;
    std::int32_t count_ = 0;
    bool nulls_ = false;
};

}  // namespace chipledger
