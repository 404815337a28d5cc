#pragma once
#include <boost/describe.hpp>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/ids.hpp"
#include "domain/time.hpp"
#include "domain/units.hpp"

// What several events are made of.
namespace chipledger {

/// Free text of 1 to 2,000 Unicode code points.
struct Text {
    static constexpr std::size_t length_max = 2000;
    std::string value{};
    friend bool operator==(const Text&, const Text&) = default;
};

enum class ClockMode { system, simulated };
BOOST_DESCRIBE_ENUM(ClockMode, system, simulated)

enum class ConfiscationEffect { forfeit, restore };
BOOST_DESCRIBE_ENUM(ConfiscationEffect, forfeit, restore)

enum class CorrectionReason { incorrect_data };
BOOST_DESCRIBE_ENUM(CorrectionReason, incorrect_data)

enum class VoidReason { did_not_occur };
BOOST_DESCRIBE_ENUM(VoidReason, did_not_occur)

enum class ConditionCode { ports, sites, end_use, max_units_per_shipment, max_uses, text };
BOOST_DESCRIBE_ENUM(ConditionCode, ports, sites, end_use, max_units_per_shipment, max_uses, text)

/// A condition of an approval. `allow` goes with ports, sites and end_use; `max` with
/// max_units_per_shipment and max_uses; `text` and perhaps `due` with text.
struct Condition {
    ConditionCode code{};
    std::optional<std::vector<Text>> allow{};
    std::optional<Amount> max{};
    std::optional<Text> text{};
    std::optional<Day> due{};
    friend bool operator==(const Condition&, const Condition&) = default;
};
BOOST_DESCRIBE_STRUCT(Condition, (), (code, allow, max, text, due))

/// What a tier may have in a period.
struct TierCap {
    Tier tier{};
    Amount units{};
    friend bool operator==(const TierCap&, const TierCap&) = default;
};
BOOST_DESCRIBE_STRUCT(TierCap, (), (tier, units))

/// The buckets of an approval, as a statement gives them.
struct StatedBalance {
    ApprovalId approval{};
    Amount granted{};
    Amount available{};
    Amount reserved{};
    Amount drawn{};
    Amount forfeited{};
    Amount carried_out{};
    friend bool operator==(const StatedBalance&, const StatedBalance&) = default;
};
BOOST_DESCRIBE_STRUCT(StatedBalance, (),
                      (approval, granted, available, reserved, drawn, forfeited, carried_out))

/// What an inspection found: a number of units, or the units themselves.
using Inspected = std::variant<Amount, Units>;

/// One owner of a T, compared and copied by value: lets an event hold another event.
template <class T>
class Box {
public:
    Box() = default;
    explicit Box(T value) : value_{std::make_unique<T>(std::move(value))} {}
    Box(const Box& other) : value_{other.value_ ? std::make_unique<T>(*other.value_) : nullptr} {}
    Box(Box&&) noexcept = default;
    Box& operator=(Box other) noexcept
    {
        value_ = std::move(other.value_);
        return *this;
    }
    const T* get() const { return value_.get(); }
    const T& operator*() const { return *value_; }
    const T* operator->() const { return value_.get(); }
    explicit operator bool() const { return value_ != nullptr; }
    friend bool operator==(const Box& a, const Box& b)
    {
        return a.value_ && b.value_ ? *a.value_ == *b.value_ : !a.value_ && !b.value_;
    }

private:
    std::unique_ptr<T> value_{};
};

}  // namespace chipledger
