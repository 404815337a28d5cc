#include "http/metrics.hpp"

#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace chipledger
{

namespace
{

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

const prometheus::Histogram::BucketBoundaries bounds{0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                     0.05,   0.25,  1,      10};

// A method is the caller's own text: only ours are counted by name.
std::string method_of(const Request& request)
{
    for (const char* known : {"GET", "POST", "DELETE", "HEAD", "OPTIONS"})
        if (request.method == known) return known;
    return "other";
}

MetricFamily family(const char* name, const char* help, MetricType type)
{
    return {name, help, type, std::vector<ClientMetric>(1)};
}

void add_gauge(std::vector<MetricFamily>& all, const char* name, const char* help, double value)
{
    all.push_back(family(name, help, MetricType::Gauge));
    all.back().metric.front().gauge.value = value;
}

void add_counter(std::vector<MetricFamily>& all, const char* name, const char* help, double value)
{
    all.push_back(family(name, help, MetricType::Counter));
    all.back().metric.front().counter.value = value;
}

template <std::size_t N>
void add_histogram(std::vector<MetricFamily>& all, const char* name, const char* help,
                   const Histogram<N>& seen)
{
    all.push_back(family(name, help, MetricType::Histogram));
    ClientMetric::Histogram& histogram = all.back().metric.front().histogram;
    histogram.sample_count = static_cast<std::uint64_t>(seen.count);
    histogram.sample_sum = seen.sum;
    for (std::size_t i = 0; i < N; ++i)
        histogram.bucket.push_back({static_cast<std::uint64_t>(seen.at_most[i]), seen.bounds[i]});
    histogram.bucket.push_back({histogram.sample_count, std::numeric_limits<double>::infinity()});
}

void add_build(std::vector<MetricFamily>& all)
{
    add_gauge(all, "chipledger_build_info", "Always 1; the labels say what runs.", 1);
    all.back().metric.front().label = {{"version", CHIPLEDGER_VERSION}, {"compiler", __VERSION__}};
    double pages = 0, resident = 0;
    std::ifstream{"/proc/self/statm"} >> pages >> resident;
    add_gauge(all, "process_resident_memory_bytes", "Resident memory of the process.",
              resident * static_cast<double>(::sysconf(_SC_PAGESIZE)));
}

void add_writer(std::vector<MetricFamily>& all, const LedgerHealth& health)
{
    add_gauge(all, "chipledger_writing", "1 while it can record.", health.writing ? 1 : 0);
    add_gauge(all, "chipledger_following", "1 of a server that follows another one.",
              health.following ? 1 : 0);
    add_gauge(all, "chipledger_behind_entries", "Entries of its database that it has not read yet.",
              static_cast<double>(health.behind));
    add_gauge(all, "chipledger_queued", "Submissions that wait for the writer.",
              static_cast<double>(health.queued));
    add_histogram(all, "chipledger_group_entries", "Entries of one transaction.",
                  health.writer.group_entries);
    add_histogram(all, "chipledger_commit_seconds",
                  "From the first statement of a transaction until it is durable.",
                  health.writer.commit_seconds);
    add_counter(all, "chipledger_failed_commits_total",
                "Transactions that failed, or whose outcome had to be settled.",
                static_cast<double>(health.writer.failed_commits));
}

void add_log(std::vector<MetricFamily>& all, Ledger& ledger)
{
    const auto size = static_cast<double>(ledger.head()->position.number);
    const auto published = ledger.log().published();
    const double covered = published ? static_cast<double>(published->size) : 0;
    add_gauge(all, "chipledger_entries", "Entries of the log.", size);
    add_gauge(all, "chipledger_signed_entries", "Entries that the last signed head covers.",
              covered);
    add_gauge(all, "chipledger_unsigned_entries", "Entries that no signed head covers yet.",
              std::max(size - covered, 0.0));
    add_gauge(all, "chipledger_integrity_alarm",
              "1 when the log is not what was signed, and nothing more is signed.",
              ledger.log().alarm().empty() ? 0 : 1);
}

void add_projection(std::vector<MetricFamily>& all, const ProjectionHealth& projection)
{
    add_gauge(all, "chipledger_projection_drift",
              "1 when memory, log and the tables for SQL users differ.",
              projection.drift.empty() ? 0 : 1);
    add_gauge(all, "chipledger_projection_lag_entries",
              "Durable entries that the tables for SQL users do not have yet.",
              static_cast<double>(projection.lag));
    add_counter(all, "chipledger_projection_checks_total", "Comparisons of memory, log and tables.",
                static_cast<double>(projection.checks));
}

}  // namespace

Metrics::Metrics()
    : requests_{prometheus::BuildCounter()
                    .Name("chipledger_http_requests_total")
                    .Help("Answers, by method, pattern of the route and status.")
                    .Register(registry_)},
      seconds_{prometheus::BuildHistogram()
                   .Name("chipledger_http_request_seconds")
                   .Help("From the whole header to the last byte written, by route.")
                   .Register(registry_)},
      refusals_{prometheus::BuildCounter()
                    .Name("chipledger_refusals_total")
                    .Help("Answers that say no, by the code of the problem.")
                    .Register(registry_)}
{
}

void Metrics::answered(const Access& access)
{
    const std::string route{access.request.route.empty() ? "none" : access.request.route};
    requests_
        .Add({{"method", method_of(access.request)},
              {"route", route},
              {"status", std::to_string(access.status)}})
        .Increment();
    seconds_.Add({{"route", route}}, bounds)
        .Observe(static_cast<double>(access.took.count()) / 1e6);
    if (!access.problem.empty()) refusals_.Add({{"code", std::string{access.problem}}}).Increment();
}

std::string Metrics::text(Ledger& ledger) const
{
    const LedgerHealth health = ledger.health();
    std::vector<MetricFamily> all = registry_.Collect();
    add_build(all);
    add_log(all, ledger);
    add_writer(all, health);
    add_projection(all, health.projection);
    std::ostringstream out;
    prometheus::TextSerializer{}.Serialize(out, all);
    return out.str();
}

}  // namespace chipledger
