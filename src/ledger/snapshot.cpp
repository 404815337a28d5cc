#include "ledger/snapshot.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/archive.hpp"
#include "ledger/durable_file.hpp"
#include "ledger/rulebook_digest.hpp"
#include "proof/digest.hpp"
#include "store/crash_point.hpp"

namespace chipledger {

namespace {

constexpr std::string_view magic = "chipledger snapshot 1\n";
constexpr std::size_t hash_size = 32;
constexpr std::uint64_t leaves_at_once = 10'000;

void put_head(Sink& sink, const State& state)
{
    put(sink, state.origin);
    put(sink, state.utc_offset);
    put(sink, state.clock);
    put(sink, state.position);
    put(sink, state.recorded_at);
}

void take_head(Source& source, State& state)
{
    take(source, state.origin);
    take(source, state.utc_offset);
    take(source, state.clock);
    take(source, state.position);
    take(source, state.recorded_at);
}

/// Calls `visit(pointer to member)` for each member of a value that has some which versions share.
template <class Value, class Visit>
void each_member(Visit&& visit)
{
    using Members = boost::describe::describe_members<Value, boost::describe::mod_public>;
    boost::mp11::mp_for_each<Members>([&](auto member) { visit(member.pointer); });
}

// A version is written after the one before it. What they share seldom changes: then it says so.
template <class Value>
void put_after(Sink& sink, const Value* before, const Value& value)
{
    if constexpr (requires { value.terms; })
        each_member<Value>([&](auto member) {
            const auto& one = value.*member;
            if constexpr (requires { one.same(one); }) {
                const bool same = before && (before->*member).same(one);
                sink.number(same);
                if (!same) put(sink, *one);
            } else {
                put(sink, one);
            }
        });
    else
        put(sink, value);
}

template <class Value>
void take_after(Source& source, const Value* before, Value& value)
{
    if constexpr (requires { value.terms; })
        each_member<Value>([&](auto member) {
            auto& one = value.*member;
            if constexpr (requires { one.same(one); }) {
                std::decay_t<decltype(*one)> made{};
                if (!source.number()) {
                    take(source, made);
                    if (!(made == *one)) one.edit() = std::move(made);
                } else if (before)
                    one = before->*member;
                else
                    throw std::runtime_error{"it goes on from nothing"};
            } else {
                take(source, one);
            }
        });
    else
        take(source, value);
}

/// Writes versions one after the other, by the distance from entry to entry.
template <class Value>
class VersionSink {
public:
    explicit VersionSink(Sink& sink) : sink_{sink} {}
    void operator()(std::int64_t position, const Value* value)
    {
        sink_.number((position - last_) * 2 + (value ? 0 : 1));
        last_ = position;
        if (!value) return;
        put_after(sink_, before_, *value);
        before_ = value;
    }

private:
    Sink& sink_;
    std::int64_t last_ = 0;
    const Value* before_ = nullptr;
};

template <class Value>
void put_versions(Sink& sink, const Versions<Value>& versions, std::int64_t upto)
{
    std::vector<const Versions<Value>*> told;
    for (const auto* one = &versions; one; one = one->before()) told.push_back(one);
    sink.number(std::ssize(told));
    for (auto one = told.rbegin(); one != told.rend(); ++one) {
        sink.number((*one)->known());
        sink.number((*one)->from());
        sink.number((*one)->own_count(upto));
        VersionSink<Value> each{sink};
        (*one)->each_own(0, upto, each);
    }
}

template <class Value>
void take_own(Source& source, Versions<Value>& versions)
{
    const std::size_t count = source.count();
    versions.reserve(count);
    std::int64_t last = 0;
    std::optional<Value> value;
    for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t step = source.number();
        last += step >> 1;
        if (step & 1) {
            versions.append(last, std::nullopt);
            continue;
        }
        Value next{};
        take_after(source, value ? &*value : nullptr, next);
        value = std::move(next);
        versions.append(last, value);
    }
}

template <class Key, class Value>
void put_things(Sink& sink, const Things<Key, Value>& things, std::int64_t upto)
{
    sink.number(static_cast<std::int64_t>(things.base().size()));
    for (const auto& item : things.base()) {
        put(sink, item.key);
        put_versions(sink, item.value, upto);
    }
}

template <class Key, class Value>
void take_things(Source& source, Things<Key, Value>& things)
{
    using Map = PersistentMap<Key, Versions<Value>>;
    std::vector<typename Map::ItemPtr> items(source.count());
    for (auto& made : items) {
        Key key;
        take(source, key);
        for (std::size_t left = source.count(); left > 0; --left) {
            const std::int64_t known = source.number(), from = source.number();
            if (known == 0 && !made)
                made = new typename Map::Held{key};
            else
                made = Things<Key, Value>::told_anew(key, known, from, made);
            take_own(source, made->value);
        }
    }
    things.restore(Map{items});
}

/// A file in memory, as long as it lives.
class Mapped {
public:
    explicit Mapped(const std::string& path)
    {
        const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        struct stat about {};
        if (file >= 0 && ::fstat(file, &about) == 0 && about.st_size > 0) {
            void* at = ::mmap(nullptr, static_cast<std::size_t>(about.st_size), PROT_READ,
                              MAP_PRIVATE | MAP_POPULATE, file, 0);
            if (at != MAP_FAILED)
                bytes_ = {static_cast<const char*>(at), static_cast<std::size_t>(about.st_size)};
        }
        if (file >= 0) ::close(file);
    }
    ~Mapped()
    {
        if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
    }
    Mapped(const Mapped&) = delete;
    std::string_view bytes() const { return bytes_; }

private:
    std::string_view bytes_{};
};

Refusal unusable(std::string why)
{
    return {.code = Code::bad_state, .detail = std::move(why)};
}

}  // namespace

void write_snapshot(const std::string& path, const State& state, const Leaves& leaves)
{
    replace_file(path, [&](const Pieces& piece) {
        Sha256 hash;
        Sink sink{[&](std::string_view bytes) {
            hash.add(bytes);
            piece(bytes);
        }};
        sink.raw(magic);
        sink.raw(rulebook_digest);
        put_head(sink, state);
        each_kind(state,
                  [&](const auto& things) { put_things(sink, things, state.position.number); });
        put(sink, state.custodies);
        put(sink, state.expiries);
        CRASH_POINT("snapshot-written-in-part");
        const auto size = static_cast<std::uint64_t>(state.position.number);
        for (std::uint64_t from = 0; from < size; from += leaves_at_once)
            for (const Hash& leaf : leaves(from, std::min(leaves_at_once, size - from)))
                sink.raw(view(leaf));
        sink.flush();
        const Hash digest = hash.finish();
        piece(view(digest));
    });
}

Result<Snapshot> read_snapshot(const std::string& path)
{
    const Mapped file{path};
    const std::string_view all = file.bytes();
    if (all.empty()) return unusable("there is none");
    if (all.size() < magic.size() + hash_size || !all.starts_with(magic))
        return unusable("it is no snapshot of this version");
    const std::string_view body = all.substr(0, all.size() - hash_size);
    if (sha256(body) != all.substr(body.size())) return unusable("it is damaged");
    if (body.substr(magic.size(), rulebook_digest.size()) != rulebook_digest)
        return unusable("another version has written it");
    try {
        Source source{body.substr(magic.size() + rulebook_digest.size())};
        Snapshot snapshot;
        take_head(source, snapshot.state);
        each_kind(snapshot.state, [&](auto& things) { take_things(source, things); });
        take(source, snapshot.state.custodies);
        take(source, snapshot.state.expiries);
        snapshot.state.settle();
        snapshot.leaves.resize(static_cast<std::size_t>(snapshot.state.position.number));
        for (Hash& leaf : snapshot.leaves) leaf = hash_from(source.raw(hash_size));
        if (!source.empty()) return unusable("there is more in it than there should be");
        return snapshot;
    } catch (const std::runtime_error& odd) {
        return unusable(odd.what());
    }
}

std::string account_of(const State& state)
{
    std::string bytes;
    Sink sink{[&bytes](std::string_view piece) { bytes += piece; }};
    put_head(sink, state);
    each_kind(state, [&](const auto& things) {
        for (const auto& item : things.base()) {
            put(sink, item.key);
            const auto each = [&](std::int64_t position, const auto* value) {
                sink.number(value ? position : -position);
                if (value) put(sink, *value);
            };
            things.history(item.key, each);
        }
    });
    put(sink, state.custodies);
    put(sink, state.expiries);
    sink.flush();
    return bytes;
}

}  // namespace chipledger
