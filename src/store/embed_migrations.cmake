# Compiles migrations/*.sql into the store, so that the binary needs no files beside it.
file(GLOB migrations CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/migrations/*.sql)
list(SORT migrations)
set(rows "")
foreach(path IN LISTS migrations)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  get_filename_component(name ${path} NAME_WE)
  string(REGEX MATCH "^[0-9]+" number ${name})
  string(REGEX REPLACE "^0+" "" number "${number}")
  file(READ ${path} sql)
  string(APPEND rows "        {${number}, \"${name}\", R\"sql(${sql})sql\"},\n")
endforeach()
set(generated ${CMAKE_CURRENT_BINARY_DIR}/migrations.cpp)
file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT "// Generated from migrations/*.sql.
#include \"store/migrate.hpp\"

const std::vector<chipledger::Migration>& chipledger::embedded_migrations()
{
    static const std::vector<Migration> all{
@rows@    };
    return all;
}
")
target_sources(chipledger_store PRIVATE ${generated})
