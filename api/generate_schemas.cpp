// Writes the schemas of the catalogue into the folder given (api/events).
#include <fstream>
#include <iostream>

#include "codec/event_schema.hpp"

int main(int count, char** arguments)
{
    if (count != 2) {
        std::cerr << "usage: generate_schemas FOLDER\n";
        return 2;
    }
    for (const auto& [name, text] : chipledger::schema_files()) {
        std::ofstream file{std::string{arguments[1]} + '/' + name, std::ios::binary};
        if (!(file << text).flush()) {
            std::cerr << "generate_schemas: cannot write " << name << '\n';
            return 1;
        }
    }
    return 0;
}
