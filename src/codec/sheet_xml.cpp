#include "codec/sheet_xml.hpp"

#include <expat.h>

#include <exception>

#include "codec/sheet_reader.hpp"

namespace chipledger {

namespace {

constexpr char namespace_mark = '|';
constexpr int depth_max = 64;

std::string local(const char* name)
{
    const std::string_view whole{name};
    const std::size_t mark = whole.rfind(namespace_mark);
    return std::string{mark == whole.npos ? whole : whole.substr(mark + 1)};
}

}  // namespace

// What a handler throws may not pass through expat's C: it waits here until expat is left.
struct SheetXml::Parser {
    explicit Parser(Handlers given) : handlers{std::move(given)}
    {
        if (!parser) throw SheetFault{"XML cannot be read"};
        XML_SetUserData(parser, this);
        XML_SetElementHandler(parser, begin, end);
        XML_SetCharacterDataHandler(parser, text);
        XML_SetStartDoctypeDeclHandler(parser, doctype);
    }
    ~Parser() { XML_ParserFree(parser); }

    template <class Work>
    void guard(const Work& work)
    {
        if (failed) return;
        try {
            work();
        } catch (...) {
            failed = std::current_exception();
            XML_StopParser(parser, XML_FALSE);
        }
    }
    static void begin(void* self, const char* name, const char** pairs)
    {
        auto& own = *static_cast<Parser*>(self);
        own.guard([&] {
            if (++own.depth > depth_max) throw SheetFault{"its XML is nested too deeply"};
            Attributes attributes;
            for (; *pairs; pairs += 2) attributes[local(pairs[0])] = pairs[1];
            own.handlers.begin(local(name), attributes);
        });
    }
    static void end(void* self, const char* name)
    {
        auto& own = *static_cast<Parser*>(self);
        own.guard([&] {
            --own.depth;
            own.handlers.end(local(name));
        });
    }
    static void text(void* self, const char* bytes, int size)
    {
        auto& own = *static_cast<Parser*>(self);
        own.guard([&] { own.handlers.text({bytes, static_cast<std::size_t>(size)}); });
    }
    static void doctype(void* self, const char*, const char*, const char*, int)
    {
        static_cast<Parser*>(self)->guard(
            [] { throw SheetFault{"its XML brings a DTD, which a workbook never does"}; });
    }
    void parse(std::string_view piece, bool last)
    {
        const auto code =
            XML_Parse(parser, piece.data(), static_cast<int>(piece.size()), last ? 1 : 0);
        if (failed) std::rethrow_exception(failed);
        if (code != XML_STATUS_OK)
            throw SheetFault{std::string{"its XML is broken: "} +
                             XML_ErrorString(XML_GetErrorCode(parser))};
    }

    Handlers handlers;
    XML_Parser parser = XML_ParserCreateNS("UTF-8", namespace_mark);
    std::exception_ptr failed{};
    int depth = 0;
};

SheetXml::SheetXml(Handlers handlers) : parser_{std::make_unique<Parser>(std::move(handlers))} {}
SheetXml::~SheetXml() = default;

void SheetXml::add(std::string_view piece) { parser_->parse(piece, false); }
void SheetXml::finish() { parser_->parse({}, true); }

}  // namespace chipledger
