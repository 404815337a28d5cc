#include "service.hpp"

#include <atomic>
#include <stdexcept>

#include "ledger/entry.hpp"
#include "support/cluster.hpp"

namespace chipledger {

namespace {

const std::string pepper(32, 'p');

std::string next_key()
{
    static std::atomic<int> last{0};
    return "key-" + std::to_string(++last);
}

}  // namespace

Client::Client(unsigned short port, std::string token)
    : port_{port}, token_{std::move(token)}, wire_{std::make_unique<Wire>(port)}
{
}

std::string Client::authorization() const
{
    return token_.empty() ? std::string{} : "Authorization: Bearer " + token_ + "\r\n";
}

Reply Client::get(const std::string& path, const std::string& headers)
{
    return wire_->ask(chipledger::get(path, authorization() + headers));
}

Reply Client::post(const std::string& path, const std::string& body, const std::string& headers)
{
    std::string all = authorization() + headers;
    if (headers.find("Content-Type") == std::string::npos)
        all += "Content-Type: application/json\r\n";
    if (headers.find("Idempotency-Key") == std::string::npos)
        all += "Idempotency-Key: " + next_key() + "\r\n";
    return wire_->ask(chipledger::post(path, body, all));
}

Reply Client::record(const std::string& type, const std::string& data, const std::string& headers,
                     const std::string& more)
{
    std::string body = R"({"type":")" + type + R"(","data":)" + data;
    if (!more.empty()) body += ',' + more;
    return post("/v1/events", body + '}', headers);
}

nlohmann::json Client::read(const std::string& path)
{
    const Reply reply = get(path);
    if (reply.status != 200) throw std::runtime_error{path + ": " + reply.body};
    return reply.json();
}

Service::Service(const std::string& now) : Service{TestCluster::shared(), now} {}

Service::Service(TestCluster& cluster, const std::string& now)
    : cluster_{cluster}, database_{cluster.runtime_conninfo(cluster.migrated_database("http"))}
{
    LedgerOptions options;
    options.database = database_;
    options.clock = ClockMode::simulated;
    options.simulated_start = parse_timestamp(now).value().at;
    ledger_ = std::move(Ledger::open(options).value());
    SigningOptions signing;
    signing.database = database_;
    signing.folder = cluster.folder() + "/log-of-" + database_.substr(database_.rfind('=') + 1);
    signing.origin = checkpoint_origin(*ledger_->head());
    signing.pause = std::chrono::milliseconds{10};
    signing_ = std::make_unique<Signing>(std::move(signing), ledger_->log());
    doorkeeper_ = std::make_unique<Doorkeeper>(TokenStore{database_, pepper});
    trace_ = std::make_unique<Trace>(TraceStore{database_});
    webhooks_ = std::make_unique<Webhooks>(*ledger_, WebhookOptions{database_, pepper, {}});
    heads_ = std::make_unique<SignedHeads>(CheckpointStore{database_});
    answers_ = std::make_unique<Answers>(EventStore{database_});
    const App app{*ledger_, *doorkeeper_, metrics_,     *heads_, CHIPLEDGER_SOURCE_DIR,
                  {},       trace_.get(), answers_.get(), webhooks_.get()};
    routes_ = all_routes(app);
    running_ = std::make_unique<Running>(routes_, ServerOptions{},
                                         [this](const Request& request) {
                                             return doorkeeper_->caller_of(request);
                                         });
}

Service::~Service()
{
    running_->halt();
    // Their threads still touch the server's io_context when they have answered.
    webhooks_.reset();
    answers_.reset();
    heads_.reset();
    doorkeeper_.reset();
    ledger_->stop();
    signing_.reset();
    running_.reset();
}

std::string Service::traces()
{
    trace_->flush();
    return cluster_.sql(database_.substr(database_.rfind('=') + 1),
                        "SELECT string_agg(principal || ' ' || role || ' ' || path || E'\\n', ''"
                        " ORDER BY at) FROM access_trace");
}

std::string Service::mint(const Principal& principal, std::optional<int> rate)
{
    TokenStore tokens{database_, pepper};
    return tokens.mint(principal, {}, rate).value().token;
}

Client Service::as(Role role, const std::string& firm)
{
    Principal principal;
    principal.role = role;
    principal.name = std::string{name_of(role)};
    if (!firm.empty()) {
        principal.name += ':' + firm;
        principal.firm = FirmId{firm};
    }
    return Client{port(), mint(principal)};
}

}  // namespace chipledger
