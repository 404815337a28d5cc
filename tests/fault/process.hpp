#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace chipledger {

/// `chipledger serve` as an operator starts it, on a free port, killed with the object.
class ServerProcess {
public:
    /// Returns when it listens; throws std::runtime_error when it ends before.
    /// Its lines on stderr go into the file `lines`, where one is given.
    ServerProcess(const std::string& data_folder, const std::string& conninfo,
                  std::vector<std::string> more = {}, const std::string& lines = {});
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;

    unsigned short port() const { return port_; }
    void signal(int number);
    /// Waits for its end: the exit code, or minus the signal that ended it.
    int wait();

private:
    pid_t pid_ = -1;
    unsigned short port_ = 0;
};

}  // namespace chipledger
