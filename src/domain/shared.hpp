#pragma once
#include <memory>

namespace chipledger {

/// A value that copies share until one of them edits it.
template <class T>
class Shared {
public:
    const T& operator*() const { return *value_; }
    const T* operator->() const { return value_.get(); }
    T& edit()
    {
        value_ = std::make_shared<T>(*value_);
        return const_cast<T&>(*value_);
    }
    friend bool operator==(const Shared& a, const Shared& b)
    {
        return a.value_ == b.value_ || *a.value_ == *b.value_;
    }

private:
    static const std::shared_ptr<const T>& none()
    {
        static const auto value = std::make_shared<const T>();
        return value;
    }
    std::shared_ptr<const T> value_ = none();
};

}  // namespace chipledger
