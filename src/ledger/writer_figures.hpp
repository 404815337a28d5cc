#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace chipledger
{

/// How often a value was at most each bound, for Prometheus.
template <std::size_t N>
struct Histogram {
    std::array<double, N> bounds{};
    std::array<std::int64_t, N> at_most{};
    double sum = 0;
    std::int64_t count = 0;

    void observe(double value)
    {
        for (std::size_t i = 0; i < N; ++i)
            if (value <= bounds[i]) ++at_most[i];
        sum += value;
        ++count;
    }
};

/// What the writer has done since the start. It fills this under its own lock and hands copies out.
struct WriterFigures {
    Histogram<8> group_entries{{1, 2, 5, 10, 25, 100, 250, 500}, {}, 0, 0};
    Histogram<9> commit_seconds{
        {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5}, {}, 0, 0};
    std::int64_t failed_commits = 0;

    void committed(std::size_t entries, std::chrono::duration<double> took)
    {
        group_entries.observe(static_cast<double>(entries));
        commit_seconds.observe(took.count());
    }
};

}  // namespace chipledger
