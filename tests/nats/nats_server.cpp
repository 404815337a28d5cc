#include "nats_server.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

namespace chipledger {

namespace files = std::filesystem;

NatsServer::NatsServer(std::string folder) : folder_{std::move(folder)}
{
    files::create_directories(folder_);
    start();
}

NatsServer::~NatsServer() { stop(); }

void NatsServer::stop()
{
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

// It writes a file with its addresses once it listens.
void NatsServer::start()
{
    const std::string ports = folder_ + "/ports", store = folder_ + "/store",
                      log = folder_ + "/log";
    files::remove_all(ports);
    files::create_directories(ports);
    pid_ = ::fork();
    if (pid_ == 0) {
        ::execlp("nats-server", "nats-server", "--addr", "127.0.0.1", "--port", port_.c_str(),
                 "--jetstream", "--store_dir", store.c_str(), "--ports_file_dir", ports.c_str(),
                 "--log", log.c_str(), nullptr);
        ::_exit(127);
    }
    const std::string file = ports + "/nats-server_" + std::to_string(pid_) + ".ports";
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (std::chrono::steady_clock::now() < until) {
        std::ifstream in{file};
        const auto told = nlohmann::json::parse(in, nullptr, false);
        if (told.is_object() && told.contains("nats") && !told["nats"].empty()) {
            const auto url = told["nats"][0].get<std::string>();
            port_ = url.substr(url.rfind(':') + 1);
            return;
        }
        if (::waitpid(pid_, nullptr, WNOHANG) != 0) break;
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    throw std::runtime_error{"nats-server does not start (apt-get install nats-server); see " +
                             log};
}

}  // namespace chipledger
