#pragma once
// Inside src/store alone: the one header here that names pqxx.
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <utility>

#include "domain/refusal.hpp"

namespace chipledger {

/// What the server says beside its answers. Sessions ask for warnings only, in any language.
class Notices : public pqxx::errorhandler {
public:
    explicit Notices(pqxx::connection_base& connection) : pqxx::errorhandler{connection} {}
    bool operator()(const char text[]) noexcept override;

    std::string text{};
};

/// A connection that comes back, and the only place where pqxx exceptions become refusals.
class Session {
public:
    explicit Session(std::string conninfo);

    /// Runs `body(pqxx::work&)` in a transaction: commits when it gives a value, rolls back when it
    /// gives a refusal. A connection that turns out to be lost before COMMIT was sent is replaced
    /// and the body runs once more. Whatever goes wrong from COMMIT on is outcome_unknown, a
    /// warning of the server too: "committed locally, but not on the standby" comes as one.
    template <class Body>
    auto transact(Body&& body) -> decltype(body(std::declval<pqxx::work&>()));

    /// Like transact, without a transaction around: `body(pqxx::nontransaction&)`.
    template <class Body>
    auto run(Body&& body) -> decltype(body(std::declval<pqxx::nontransaction&>()));

    /// Closes the connection; the next call makes a fresh one.
    void drop() { link_.reset(); }

private:
    struct Link;
    struct Unlink {
        void operator()(Link* link) const noexcept;
    };

    bool is_open() const;
    pqxx::connection& connection();
    Notices& notices();
    /// Of the exception in flight; none when the same is worth a second try on a new connection.
    std::optional<Refusal> failure(bool committing, bool may_retry);

    std::string conninfo_;
    std::unique_ptr<Link, Unlink> link_;
};

template <class Body>
auto Session::transact(Body&& body) -> decltype(body(std::declval<pqxx::work&>()))
{
    for (bool may_retry = is_open();; may_retry = false) {
        bool committing = false;
        try {
            pqxx::work work{connection()};
            auto result = body(work);
            if (!result) return result;
            committing = true;
            notices().text.clear();
            work.commit();
            if (notices().text.empty()) return result;
            return Refusal{.code = Code::outcome_unknown, .detail = notices().text};
        } catch (const pqxx::pqxx_exception&) {
            if (auto no = failure(committing, may_retry)) return *no;
        }
    }
}

template <class Body>
auto Session::run(Body&& body) -> decltype(body(std::declval<pqxx::nontransaction&>()))
{
    for (bool may_retry = is_open();; may_retry = false) {
        try {
            pqxx::nontransaction work{connection()};
            return body(work);
        } catch (const pqxx::pqxx_exception&) {
            if (auto no = failure(false, may_retry)) return *no;
        }
    }
}

}  // namespace chipledger
