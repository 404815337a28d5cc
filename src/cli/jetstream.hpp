#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "domain/ids.hpp"
#include "domain/refusal.hpp"

namespace chipledger {

/// Where and as what entries go into a NATS JetStream.
struct StreamSettings {
    std::string url = "nats://127.0.0.1:4222";
    std::string stream = "CHIPLEDGER";
    std::string prefix = "chipledger";  ///< Subjects are <prefix>.<type>.
    std::string credentials{};          ///< File of a NATS user's JWT and seed; empty: none.
    std::string ca_file{};              ///< PEM to trust; TLS is asked for then.
    bool create = false;                ///< Make the stream where there is none.
    int replicas = 1;                   ///< Of a stream that is made.
    int window = 512;                   ///< Messages in flight without an acknowledgement.
};

/// The last message of a stream: where a relay goes on.
struct LastMessage {
    Position position{};   ///< Its Nats-Msg-Id; 0 in a stream that never had a message.
    std::string bytes{};
};

/// One connection that appends entries to a stream, each under the condition that the one before
/// it is the stream's last (Nats-Expected-Last-Sequence): the server itself keeps out gaps,
/// repetitions and other orders, whatever is still on its way from a relay that was killed. After
/// any failure it is of no use; open another. Not thread-safe.
class JetStream {
public:
    /// Connects and reads where the stream ends. Refused store-unavailable where nobody answers,
    /// bad-state where there is no such stream, or its last message is gone or is none of ours.
    static Result<std::unique_ptr<JetStream>> open(const StreamSettings& settings);
    ~JetStream();

    const LastMessage& last() const;
    /// Sends the entry that follows; returns before it is acknowledged, but waits while `window`
    /// are in flight. Refused store-unavailable once anything was not acknowledged.
    Result<void> append(Position position, const std::string& type, std::string_view bytes);
    /// Waits until all is acknowledged; refused as append is.
    Result<void> finish();

private:
    struct Inside;
    explicit JetStream(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}  // namespace chipledger
