#pragma once
#include "ledger/entries.hpp"
#include "naive_model.hpp"
#include "played.hpp"

namespace chipledger::model {

/// The ledger's state and the naive model after the same entries.
class Books {
public:
    explicit Books(Judge judge) : judge_{std::move(judge)} {}

    /// Asks both; where the answers or what they lead to differ, how. Empty otherwise.
    std::string offer(const Command& command);
    /// The invariants, and the state against a fold of the whole log from nothing.
    std::string whole() const;

    const naive::Model& naive() const { return model_; }
    std::size_t entries() const { return events_.size(); }
    /// The command that made the entry at this index.
    std::size_t command_of(std::size_t index) const { return commands_[index]; }
    const Event& event(std::size_t index) const { return events_[index]; }
    /// Whether the last command was recorded.
    bool recorded() const { return recorded_; }
    /// The event that the last command came to.
    const Event& offered() const { return offered_; }

private:
    using Readings = std::map<Position, std::optional<EventData>>;
    struct Refold {
        naive::Model model{};
        std::optional<Position> refused{};
        std::optional<Code> code{};
    };

    std::string offer_event(Event event);
    std::string offer_correction(Event event);
    std::string compare_refusal(const Event& event, const Refusal& refusal,
                                const Refold& expected) const;
    void take(const Event& event);
    Entries log() const;
    std::optional<Position> position_of(std::size_t command) const;
    Readings readings_after(const Event& correction) const;
    /// Reads the log under these readings and judges entries from `first` on.
    Refold refold(const Readings& readings, Position first) const;
    std::string difference() const;

    Judge judge_;
    std::vector<Event> events_{};
    std::vector<std::size_t> commands_{};
    State state_{};
    naive::Model model_{};
    Readings readings_{};                   ///< As the naive side reads corrected entries.
    std::map<Position, Position> live_{};   ///< The correction of an entry, while it is in force.
    bool recorded_ = false;
    Event offered_{};
};

}  // namespace chipledger::model
