#pragma once
#include <sys/types.h>

#include <string>

namespace chipledger {

/// Debian's nats-server with JetStream on a port that was free, its files under `folder`; ended
/// with the object.
class NatsServer {
public:
    /// Throws std::runtime_error when it does not come up.
    explicit NatsServer(std::string folder);
    ~NatsServer();
    NatsServer(const NatsServer&) = delete;

    std::string url() const { return "nats://127.0.0.1:" + port_; }
    /// As a crash: SIGKILL.
    void stop();
    /// On the same port and files.
    void start();

private:
    std::string folder_;
    std::string port_ = "-1";
    pid_t pid_ = -1;
};

}  // namespace chipledger
