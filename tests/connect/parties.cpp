#include "parties.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace chipledger {

namespace {

using Json = nlohmann::json;

constexpr int patience = 30'000;  // Milliseconds.

}  // namespace

Receiver::Receiver(const std::string& key, const std::string& certificate)
    : secure_{!key.empty()}
{
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0)
        throw std::runtime_error{"no pipe"};
    pid_ = ::fork();
    if (pid_ == 0) {
        ::dup2(in[0], STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        const char* script = CHIPLEDGER_SOURCE_DIR "/tests/connect/receiver.mjs";
        if (secure_)
            ::execlp("node", "node", script, key.c_str(), certificate.c_str(), nullptr);
        else
            ::execlp("node", "node", script, nullptr);
        ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    in_ = in[1];
    out_ = out[0];
    port_ = line(patience).at("port").get<int>();
}

Receiver::~Receiver()
{
    ::close(in_);
    ::close(out_);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

std::string Receiver::url(const std::string& path) const
{
    return (secure_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port_) + path;
}

void Receiver::tell(const Json& message)
{
    const std::string text = message.dump() + '\n';
    if (::write(in_, text.data(), text.size()) != std::ssize(text))
        throw std::runtime_error{"the receiver has gone"};
    for (Json said = line(patience); !said.contains("told"); said = line(patience))
        early_.push_back(std::move(said));
}

Json Receiver::next()
{
    if (early_.empty()) return line(patience);
    Json first = std::move(early_.front());
    early_.erase(early_.begin());
    return first;
}

std::vector<Json> Receiver::take(std::size_t count)
{
    std::vector<Json> all;
    while (all.size() < count) all.push_back(next());
    return all;
}

bool Receiver::silent_for(int milliseconds)
{
    if (!early_.empty()) return false;
    try {
        early_.push_back(line(milliseconds));
        return false;
    } catch (const std::runtime_error&) {
        return true;
    }
}

Json Receiver::line(int milliseconds)
{
    while (true) {
        if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
            Json said = Json::parse(buffer_.substr(0, end));
            buffer_.erase(0, end + 1);
            return said;
        }
        pollfd ready{out_, POLLIN, 0};
        char piece[4096];
        if (::poll(&ready, 1, milliseconds) <= 0) throw std::runtime_error{"nothing was delivered"};
        const ssize_t n = ::read(out_, piece, sizeof piece);
        if (n <= 0)
            throw std::runtime_error{"the receiver has gone: npm ci (script/setup does it)"};
        buffer_.append(piece, static_cast<std::size_t>(n));
    }
}

}  // namespace chipledger
