// /metrics and the log lines, judged by Prometheus and its promtool, not by us.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "catch.hpp"
#include "fault/process.hpp"
#include "http/log_lines.hpp"
#include "http/service.hpp"
#include "store/token.hpp"
#include "support/cluster.hpp"
#include "support/command.hpp"

namespace chipledger
{

namespace
{

namespace files = std::filesystem;
using Json = nlohmann::json;

const std::string monitoring = CHIPLEDGER_SOURCE_DIR "/deploy/monitoring/";
constexpr const char* trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::string text_of(const std::string& path)
{
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// A server with a few answers given, and its lines in a file.
struct Served {
    Served()
    {
        files::create_directory(folder);
        TokenStore tokens{conninfo, pepper_at(folder + "/pepper").value()};
        token = tokens.mint({"regulator", Role::regulator, {}, {}}).value().token;
        server = std::make_unique<ServerProcess>(
            folder, conninfo, std::vector<std::string>{"--access-log", "--log-format", "json"},
            lines);
        Client client{server->port(), token};
        const std::string traced = std::string{"traceparent: "} + trace + "\r\n";
        const char* firm = R"({"firm":"F-1","name":"One","tier":"T1"})";
        REQUIRE(client.record("FirmRegistered", firm, "Idempotency-Key: a\r\n" + traced).status ==
                201);
        REQUIRE(client.record("FirmRegistered", firm, "Idempotency-Key: b\r\n").status == 409);
        REQUIRE(client.get("/v1/firms/F-1").status == 200);
        REQUIRE(client.get("/v1/firms/F-2").status == 404);
        REQUIRE(client.get("/made/up?token=" + token).status == 404);
        metrics = client.get("/metrics").body;
    }

    TestCluster& cluster = TestCluster::shared();
    std::string conninfo = cluster.runtime_conninfo(cluster.migrated_database("metrics"));
    std::string folder = cluster.folder() + "/data-of-" + conninfo.substr(conninfo.rfind('=') + 1);
    std::string lines = folder + "/lines";
    std::string token{};
    std::unique_ptr<ServerProcess> server{};
    std::string metrics{};
};

bool has(const std::string& text, const std::string& line)
{
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

/// Names of our metrics in a text, without what a histogram adds to its name.
std::set<std::string> names_in(const std::string& text)
{
    static const std::regex name{"(?:chipledger|process)_[a-z_]+"};
    static const std::regex suffix{"_(bucket|sum|count)$"};
    std::set<std::string> names;
    for (std::sregex_iterator at{text.begin(), text.end(), name}, end; at != end; ++at)
        names.insert(std::regex_replace(at->str(), suffix, ""));
    return names;
}

/// A Prometheus that scrapes the server, gone with the object.
class Prometheus {
public:
    explicit Prometheus(const Served& served) : folder_{served.folder + "/prometheus"}
    {
        files::create_directory(folder_);
        std::string config = text_of(monitoring + "prometheus.yml");
        config = std::regex_replace(config, std::regex{"localhost:8080"},
                                    "127.0.0.1:" + std::to_string(served.server->port()));
        config = std::regex_replace(config, std::regex{"15s"}, "1s");
        config = std::regex_replace(config, std::regex{"alerts.yml"}, monitoring + "alerts.yml");
        std::ofstream{folder_ + "/prometheus.yml"} << config;
        pid_ = ::fork();
        if (pid_ == 0) {
            const std::string file = "--config.file=" + folder_ + "/prometheus.yml";
            const std::string storage = "--storage.tsdb.path=" + folder_ + "/data";
            const std::string address = "--web.listen-address=127.0.0.1:" + std::to_string(port_);
            ::execlp("prometheus", "prometheus", file.c_str(), storage.c_str(), address.c_str(),
                     "--log.level=error", nullptr);
            ::_exit(127);
        }
    }
    ~Prometheus()
    {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Prometheus(const Prometheus&) = delete;

    /// The value of an expression once there is one; "" after a minute.
    std::string value(const std::string& expression)
    {
        const auto until = std::chrono::steady_clock::now() + std::chrono::minutes{1};
        while (std::chrono::steady_clock::now() < until) {
            const Ran asked = shell("curl -sS --get 'http://127.0.0.1:" + std::to_string(port_) +
                                  "/api/v1/query' --data-urlencode 'query=" + expression + "'");
            const Json answer = Json::parse(asked.said, nullptr, false);
            if (!answer.is_object() || answer["data"]["result"].empty()) continue;
            return answer["data"]["result"][0]["value"][1].get<std::string>();
        }
        return {};
    }

private:
    std::string folder_;
    int port_ = 20000 + ::getpid() % 20000;
    pid_t pid_ = -1;
};

}  // namespace

TEST_CASE("promtool finds nothing to say against /metrics", "[metrics]")
{
    const Served served;
    const std::string file = served.folder + "/metrics.txt";
    std::ofstream{file} << served.metrics;
    const Ran checked = shell("promtool check metrics <" + file);
    CHECK(checked.said.empty());
    CHECK(checked.code == 0);
    // It does find what is wrong.
    std::ofstream{file} << "# TYPE chipledger_wrong counter\nchipledger_wrong 1\n";
    CHECK(shell("promtool check metrics <" + file).code != 0);
}

TEST_CASE("/metrics counts answers by route, refusals by code, and what the writer did",
          "[metrics]")
{
    const Served served;
    const std::string& text = served.metrics;
    INFO(text);
    CHECK(
        has(text,
            R"(chipledger_http_requests_total{method="POST",route="/v1/events",status="201"} 1)"));
    CHECK(
        has(text,
            R"(chipledger_http_requests_total{method="POST",route="/v1/events",status="409"} 1)"));
    CHECK(has(
        text,
        R"(chipledger_http_requests_total{method="GET",route="/v1/firms/{firm}",status="200"} 1)"));
    CHECK(has(text, R"(chipledger_http_requests_total{method="GET",route="none",status="404"} 1)"));
    CHECK(has(text, R"(chipledger_http_request_seconds_count{route="/v1/firms/{firm}"} 2)"));
    CHECK(has(text, R"(chipledger_refusals_total{code="duplicate-firm"} 1)"));
    CHECK(has(text, R"(chipledger_refusals_total{code="unknown-firm"} 1)"));
    CHECK(has(text, "chipledger_entries 2"));
    CHECK(has(text, "chipledger_queued 0"));
    CHECK(has(text, "chipledger_writing 1"));
    CHECK(has(text, "chipledger_integrity_alarm 0"));
    CHECK(has(text, "chipledger_group_entries_sum 1"));  // The refusal is a transaction without.
    CHECK(has(text, "chipledger_group_entries_count 2"));
    CHECK(has(text, "chipledger_commit_seconds_count 2"));
    CHECK(has(text, "chipledger_failed_commits_total 0"));
    CHECK(text.find("chipledger_build_info{version=\"") != text.npos);
    CHECK(text.find("made") == text.npos);  // No caller's word becomes a label.
}

TEST_CASE("a real Prometheus scrapes it, and its rules load", "[metrics]")
{
    const Served served;
    Prometheus prometheus{served};
    CHECK(prometheus.value("chipledger_entries") == "2");
    CHECK(prometheus.value("chipledger_refusals_total{code=\"duplicate-firm\"}") == "1");
    CHECK(prometheus.value("chipledger_http_requests_total{route=\"/v1/events\",status=\"201\"}") ==
          "1");
    CHECK(prometheus.value("up{job=\"chipledger\"}") == "1");
}

TEST_CASE("rules and dashboard ask for what is there", "[metrics]")
{
    CHECK(shell("promtool check rules " + monitoring + "alerts.yml").code == 0);
    const Ran tested = shell("cd " + monitoring + " && promtool test rules alerts_test.yml");
    INFO(tested.said);
    CHECK(tested.code == 0);
    const Served served;
    const std::set<std::string> known = names_in(served.metrics);
    for (const char* file : {"alerts.yml", "grafana-dashboard.json"}) {
        const std::set<std::string> asked = names_in(text_of(monitoring + file));
        CHECK(asked.size() > 5);
        for (const std::string& name : asked) {
            INFO(file << ": " << name);
            CHECK(known.contains(name));
        }
    }
    const Json dashboard = Json::parse(text_of(monitoring + "grafana-dashboard.json"));
    CHECK(dashboard["panels"].size() >= 10);
}

TEST_CASE("log lines are JSON, with request id and trace, and never a token", "[metrics][log]")
{
    Served served;
    served.server->signal(SIGTERM);
    CHECK(served.server->wait() == 0);
    const std::string text = text_of(served.lines);
    CHECK(text.find(served.token) == text.npos);
    std::istringstream lines{text};
    int answers = 0, traced = 0;
    for (std::string line; std::getline(lines, line);) {
        INFO(line);
        const Json json = Json::parse(line);
        CHECK(json["time"].get<std::string>().ends_with('Z'));
        CHECK(json.contains("level"));
        if (!json.contains("request_id")) continue;
        ++answers;
        CHECK(json["principal"].is_string());
        if (!json.contains("traceparent")) continue;
        ++traced;
        CHECK(json["traceparent"] == trace);
        CHECK(json["route"] == "/v1/events");
        CHECK(json["status"] == 201);
    }
    CHECK(answers == 6);
    CHECK(traced == 1);
    CHECK(text.find("\"code\":\"duplicate-firm\"") != text.npos);
}

TEST_CASE("a traceparent is logged only as the W3C writes it", "[metrics][log]")
{
    const auto logged = [](std::string value) {
        Request request;
        request.headers.emplace_back("traceparent", std::move(value));
        return std::string{trace_of(request)};
    };
    CHECK(logged(trace) == trace);
    CHECK(trace_of({}).empty());
    const std::string good = trace;
    CHECK(logged(good + "0").empty());
    CHECK(logged(good.substr(1)).empty());
    CHECK(logged("ff" + good.substr(2)).empty());
    CHECK(logged(std::regex_replace(good, std::regex{"4bf9"}, "4BF9")).empty());
    CHECK(logged(std::regex_replace(good, std::regex{"4bf9"}, "\"}\n ")).empty());
    CHECK(logged("00-" + std::string(32, '0') + good.substr(35)).empty());
    CHECK(logged(good.substr(0, 36) + std::string(16, '0') + "-01").empty());
}

}  // namespace chipledger
