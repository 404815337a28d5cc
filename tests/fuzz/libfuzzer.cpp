// The one function that libFuzzer calls; FUZZ_TARGET is which of ours it runs.
#include <cstddef>
#include <cstdint>

#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    // What is thrown ends the process, and libFuzzer keeps the bytes.
    chipledger::fuzz::FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
    return 0;
}
