#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace chipledger {

/// Reads XML as it comes, with no DTD and so no entities of its own. Throws SheetFault.
class SheetXml {
public:
    using Attributes = std::map<std::string, std::string>;
    /// Names come without their namespaces.
    struct Handlers {
        std::function<void(const std::string& name, const Attributes& attributes)> begin{};
        std::function<void(const std::string& name)> end{};
        std::function<void(std::string_view text)> text{};
    };

    explicit SheetXml(Handlers handlers);
    ~SheetXml();
    SheetXml(const SheetXml&) = delete;

    void add(std::string_view piece);
    void finish();

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

}  // namespace chipledger
