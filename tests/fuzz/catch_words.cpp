// The scenarios' library speaks Catch's words; here none of its tests run.
#define CATCH_CONFIG_RUNNER
#include "catch.hpp"
