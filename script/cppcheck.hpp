// What cppcheck cannot find out by itself: it is told to read this file before each source.
#define BOOST_DESCRIBE_ENUM(...)
#define BOOST_DESCRIBE_STRUCT(...)
