#pragma once
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

namespace chipledger {

/// A value that copies share until one of them edits it.
template <class T>
class Shared {
public:
    const T& operator*() const { return held_ ? held_->value : none(); }
    const T* operator->() const { return &**this; }
    T& edit()
    {
        boost::intrusive_ptr<Held> own{new Held{**this}};
        held_ = std::move(own);
        return held_->value;
    }
    friend bool operator==(const Shared& a, const Shared& b)
    {
        return a.held_ == b.held_ || *a == *b;
    }
    /// Nobody has to compare them to see that they are equal.
    bool same(const Shared& other) const { return held_ == other.held_; }

private:
    struct Held : boost::intrusive_ref_counter<Held> {
        explicit Held(const T& of) : value{of} {}
        T value;
    };
    static const T& none()
    {
        static const T value{};
        return value;
    }
    boost::intrusive_ptr<Held> held_{};
};

}  // namespace chipledger
