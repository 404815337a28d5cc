#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace chipledger {

/// receiver.mjs in a process of its own, ended with the object.
class Receiver {
public:
    /// Throws std::runtime_error when it does not listen. With `certificate`, over HTTPS.
    explicit Receiver(const std::string& key = {}, const std::string& certificate = {});
    ~Receiver();
    Receiver(const Receiver&) = delete;

    std::string url(const std::string& path) const;
    /// Gives it a secret, or the answers of a path; returns when it has taken it.
    void tell(const nlohmann::json& message);
    /// The next delivery, waiting up to 30 s; throws std::runtime_error where there is none.
    nlohmann::json next();
    /// The next `count`, of any line.
    std::vector<nlohmann::json> take(std::size_t count);
    /// Whether nothing comes for so long. Only to show what is not sent.
    bool silent_for(int milliseconds);

private:
    nlohmann::json line(int milliseconds);

    bool secure_;
    pid_t pid_ = -1;
    int in_ = -1;
    int out_ = -1;
    std::string buffer_{};
    std::vector<nlohmann::json> early_{};
    int port_ = 0;
};

}  // namespace chipledger
