# A snapshot holds what the rulebook made of the log. It is of no use to another rulebook, so it
# bears the digest of all that the state is made by.
file(GLOB rulebook_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/domain/*
  ${CMAKE_CURRENT_SOURCE_DIR}/codec/*)
foreach(name history.cpp retelling.cpp retelling_reach.cpp archive.hpp snapshot.cpp)
  list(APPEND rulebook_sources ${CMAKE_CURRENT_SOURCE_DIR}/ledger/${name})
endforeach()
set(rulebook_header ${CMAKE_CURRENT_BINARY_DIR}/generated/ledger/rulebook_digest.hpp)
add_custom_command(OUTPUT ${rulebook_header}
  COMMAND ${CMAKE_COMMAND} -DOUTPUT=${rulebook_header} "-DSOURCES=${rulebook_sources}"
    -P ${CMAKE_CURRENT_SOURCE_DIR}/ledger/write_rulebook_digest.cmake
  DEPENDS ${rulebook_sources} ${CMAKE_CURRENT_SOURCE_DIR}/ledger/write_rulebook_digest.cmake
  VERBATIM)
target_sources(chipledger_ledger PRIVATE ${rulebook_header})
target_include_directories(chipledger_ledger PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/generated)
