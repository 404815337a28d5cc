#include "cli/jetstream.hpp"

#include <nats/nats.h>

#include <atomic>
#include <charconv>
#include <list>

namespace chipledger {

namespace {

constexpr std::chrono::milliseconds wait{5'000};  ///< For the server, each time.
constexpr std::int64_t remembered = 120'000'000'000;  ///< ns that a new stream knows message ids.
constexpr const char* expected_last = "Nats-Expected-Last-Sequence";
constexpr const char* message_id = "Nats-Msg-Id";

template <auto destroy>
struct Destroyed {
    template <class Thing>
    void operator()(Thing* thing) const { destroy(thing); }
};
using Options = std::unique_ptr<natsOptions, Destroyed<natsOptions_Destroy>>;
using Message = std::unique_ptr<natsMsg, Destroyed<natsMsg_Destroy>>;
using Info = std::unique_ptr<jsStreamInfo, Destroyed<jsStreamInfo_Destroy>>;

Refusal away(const std::string& what, natsStatus status)
{
    return {.code = Code::store_unavailable,
            .detail = "NATS: " + what + ": " + natsStatus_GetText(status)};
}

Refusal unfit(const StreamSettings& settings, const std::string& why)
{
    return {.code = Code::bad_state, .detail = "The stream " + settings.stream + ' ' + why};
}

std::optional<std::int64_t> number(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{} || end != text.data() + text.size() || value < 1) return {};
    return value;
}

/// What the server says of the messages of one connection; on the client's thread.
struct Answers {
    std::int64_t ahead = 0;  ///< Positions less sequences in the stream.
    std::atomic<std::int64_t> acknowledged{0};
    std::atomic<bool> failed{false};
};

// Of a connection that is closed a handler may still run: what it writes to outlives them all.
Answers& new_answers()
{
    static std::list<Answers> all;
    return all.emplace_back();
}

// Answers come in the order of the messages. A duplicate is one that a killed relay had sent.
void answered(jsCtx*, natsMsg* message, jsPubAck* yes, jsPubAckErr*, void* closure)
{
    Answers& answers = *static_cast<Answers*>(closure);
    const Message owned{message};
    if (answers.failed) return;
    const std::int64_t next = answers.acknowledged + 1;
    if (yes && static_cast<std::int64_t>(yes->Sequence) + answers.ahead == next)
        answers.acknowledged = next;
    else
        answers.failed = true;
}

}  // namespace

struct JetStream::Inside {
    explicit Inside(const StreamSettings& given) : settings{given} {}
    ~Inside()
    {
        if (connection) natsConnection_Close(connection);
        jsCtx_Destroy(context);
        natsConnection_Destroy(connection);
    }
    Inside(const Inside&) = delete;

    Result<void> connect();
    Result<void> make_stream();
    Result<void> read_end();

    StreamSettings settings;
    natsConnection* connection = nullptr;
    jsCtx* context = nullptr;
    LastMessage last{};
    std::uint64_t last_sequence = 0;               ///< Of `last`.
    Position sent{};
    Answers& answers = new_answers();
};

Result<void> JetStream::Inside::connect()
{
    natsOptions* made = nullptr;
    natsStatus status = natsOptions_Create(&made);
    const Options options{made};
    if (status == NATS_OK) status = natsOptions_SetURL(made, settings.url.c_str());
    if (status == NATS_OK) status = natsOptions_SetName(made, "chipledger relay");
    if (status == NATS_OK) status = natsOptions_SetTimeout(made, wait.count());
    // A lost connection is a failure: where the stream ends is read again on the next one.
    if (status == NATS_OK) status = natsOptions_SetAllowReconnect(made, false);
    if (status == NATS_OK && !settings.ca_file.empty()) {
        status = natsOptions_SetSecure(made, true);
        if (status == NATS_OK)
            status = natsOptions_LoadCATrustedCertificates(made, settings.ca_file.c_str());
    }
    if (status == NATS_OK && !settings.credentials.empty())
        status = natsOptions_SetUserCredentialsFromFiles(made, settings.credentials.c_str(),
                                                         nullptr);
    if (status == NATS_OK) status = natsConnection_Connect(&connection, made);
    if (status != NATS_OK) return away("no connection", status);
    jsOptions with{};
    jsOptions_Init(&with);
    with.Wait = wait.count();
    with.PublishAsync.MaxPending = settings.window;
    with.PublishAsync.StallWait = wait.count();
    with.PublishAsync.AckHandler = &answered;
    with.PublishAsync.AckHandlerClosure = &answers;
    status = natsConnection_JetStream(&context, connection, &with);
    if (status != NATS_OK) return away("no JetStream", status);
    return {};
}

Result<void> JetStream::Inside::make_stream()
{
    const std::string subject = settings.prefix + ".>";
    const char* subjects[]{subject.c_str()};
    jsStreamConfig config{};
    jsStreamConfig_Init(&config);
    config.Name = settings.stream.c_str();
    config.Description = "entries of a chipledger, in their order";
    config.Subjects = subjects;
    config.SubjectsLen = 1;
    config.Storage = js_FileStorage;
    config.Replicas = settings.replicas;
    config.Duplicates = remembered;
    config.Discard = js_DiscardNew;
    config.DenyDelete = config.DenyPurge = true;
    jsErrCode error{};
    const natsStatus status = js_AddStream(nullptr, context, &config, nullptr, &error);
    if (status != NATS_OK)
        return unfit(settings, std::string{"cannot be made: "} + natsStatus_GetText(status) + " (" +
                                   std::to_string(error) + ").");
    return {};
}

Result<void> JetStream::Inside::read_end()
{
    jsErrCode error{};
    jsStreamInfo* told = nullptr;
    natsStatus status = js_GetStreamInfo(&told, context, settings.stream.c_str(), nullptr, &error);
    const Info info{told};
    if (status == NATS_NOT_FOUND && settings.create) return make_stream();
    if (status == NATS_NOT_FOUND) return unfit(settings, "is not there. Give --create-stream.");
    if (status != NATS_OK) return away("no answer about the stream", status);
    last_sequence = info->State.LastSeq;
    if (last_sequence == 0) return {};
    natsMsg* message = nullptr;
    status = js_GetMsg(&message, context, settings.stream.c_str(), last_sequence, nullptr, &error);
    const Message owned{message};
    if (status == NATS_NOT_FOUND)
        return unfit(settings, "has lost its last message, which says where to go on. Relay to a "
                               "new one, without limits of age and size.");
    if (status != NATS_OK) return away("no last message", status);
    const char* id = nullptr;
    const bool has_id = natsMsgHeader_Get(message, message_id, &id) == NATS_OK;
    const std::optional<std::int64_t> position = has_id ? number(id) : std::nullopt;
    if (!position) return unfit(settings, "ends with a message that is no entry of a ledger.");
    last.position = {*position};
    last.bytes.assign(natsMsg_GetData(message),
                      static_cast<std::size_t>(natsMsg_GetDataLength(message)));
    return {};
}

JetStream::JetStream(std::unique_ptr<Inside> inside) : inside_{std::move(inside)} {}
JetStream::~JetStream() = default;

Result<std::unique_ptr<JetStream>> JetStream::open(const StreamSettings& settings)
{
    auto inside = std::make_unique<Inside>(settings);
    if (auto done = inside->connect(); !done) return done.error();
    if (auto done = inside->read_end(); !done) return done.error();
    inside->sent = inside->last.position;
    inside->answers.acknowledged = inside->sent.number;
    inside->answers.ahead = inside->sent.number - static_cast<std::int64_t>(inside->last_sequence);
    return std::unique_ptr<JetStream>{new JetStream{std::move(inside)}};
}

const LastMessage& JetStream::last() const { return inside_->last; }

Result<void> JetStream::append(Position position, const std::string& type, std::string_view bytes)
{
    Inside& in = *inside_;
    ensure(position.number == in.sent.number + 1, "entries are relayed without gaps");
    const std::string subject = in.settings.prefix + '.' + type;
    const std::uint64_t before =
        in.last_sequence + static_cast<std::uint64_t>(in.sent.number - in.last.position.number);
    natsMsg* message = nullptr;
    natsStatus status = natsMsg_Create(&message, subject.c_str(), nullptr, bytes.data(),
                                       static_cast<int>(bytes.size()));
    if (status == NATS_OK)
        status = natsMsgHeader_Set(message, message_id, std::to_string(position.number).c_str());
    if (status == NATS_OK)
        status = natsMsgHeader_Set(message, expected_last, std::to_string(before).c_str());
    if (status == NATS_OK && !in.answers.failed)
        status = js_PublishMsgAsync(in.context, &message, nullptr);
    natsMsg_Destroy(message);  // Null once the client has taken it.
    if (status != NATS_OK) return away("an entry was not sent", status);
    if (in.answers.failed) return away("an entry was not acknowledged", NATS_ERR);
    in.sent = position;
    return {};
}

Result<void> JetStream::finish()
{
    jsPubOptions with{};
    jsPubOptions_Init(&with);
    with.MaxWait = wait.count();
    const natsStatus status = js_PublishAsyncComplete(inside_->context, &with);
    if (status != NATS_OK) return away("entries were not acknowledged", status);
    if (inside_->answers.failed || inside_->answers.acknowledged != inside_->sent.number)
        return away("an entry was not acknowledged", NATS_ERR);
    return {};
}

}  // namespace chipledger
