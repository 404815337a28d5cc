#include <random>
#include <sstream>

#include "books.hpp"
#include "fuzz/fuzz.hpp"
#include "given.hpp"
#include "random_events.hpp"

namespace chipledger::fuzz {

namespace {

constexpr std::size_t commands_max = 160;

/// The command that the next four bytes stand for. So a fuzzer that moves, drops or doubles bytes
/// moves, drops or doubles commands.
model::Command next_command(const model::Books& books, std::size_t number, Day& today,
                            std::string_view& bytes)
{
    const unsigned char kind = take_byte(bytes), far = take_byte(bytes);
    const unsigned dice = take_byte(bytes) | take_byte(bytes) << 8u;
    today += std::chrono::days{kind >> 5};
    model::Command command;
    command.number = number;
    if ((kind & 7) != 0 || books.entries() < 3) {
        command.event = naive::Proposer{books.naive(), dice, today}.propose();
        return command;
    }
    const std::size_t back = std::min<std::size_t>(books.entries() - 2, far);
    const std::size_t index = books.entries() - 1 - back;
    command.target = books.command_of(index);
    command.dice = dice;
    command.event.occurred_at = books.event(index).occurred_at;
    command.event.actor = scenario::actor(Role::regulator);
    return command;
}

}  // namespace

void rulebook(std::string_view bytes)
{
    model::Books books{model::by_the_rulebook};
    std::vector<model::Command> commands;
    const auto offer = [&](model::Command command) {
        commands.push_back(std::move(command));
        const std::string differs = books.offer(commands.back());
        if (differs.empty()) return;
        std::ostringstream told;
        model::print(told, {commands, differs});
        require(false, "the rulebook and the naive model agree", told.str());
    };
    for (const Event& begin : naive::small_world()) offer({commands.size(), begin, {}, 0});
    Day today = scenario::date(1, 10);
    while (!bytes.empty() && commands.size() < commands_max)
        offer(next_command(books, commands.size(), today, bytes));
    const std::string differs = books.whole();
    require(differs.empty(), "the books are whole in the end", differs);
}

}  // namespace chipledger::fuzz
