#include "process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace chipledger {

namespace {

// What it prints up to its first line's end.
std::string first_line(int pipe)
{
    std::string line;
    char c;
    while (::read(pipe, &c, 1) == 1 && c != '\n') line += c;
    return line;
}

}  // namespace

ServerProcess::ServerProcess(const std::string& data_folder, const std::string& conninfo,
                             std::vector<std::string> more, const std::string& lines)
{
    std::vector<std::string> words{CHIPLEDGER_BINARY, "serve",      "--port",  "0",
                                   "--database",      conninfo,     "--data", data_folder};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error{"no pipe"};
    pid_ = ::fork();
    if (pid_ == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        if (!lines.empty())
            ::dup2(::open(lines.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), STDERR_FILENO);
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
    ::close(ends[1]);
    const std::string line = first_line(ends[0]);
    ::close(ends[0]);
    const std::size_t colon = line.rfind(':');
    if (!line.starts_with("listening on ")) throw std::runtime_error{"it does not listen: " + line};
    port_ = static_cast<unsigned short>(std::stoi(line.substr(colon + 1)));
}

ServerProcess::~ServerProcess()
{
    if (pid_ < 0) return;
    signal(SIGKILL);
    wait();
}

void ServerProcess::signal(int number) { ::kill(pid_, number); }

int ServerProcess::wait()
{
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace chipledger
