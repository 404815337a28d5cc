#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "service.hpp"

namespace chipledger {

/// The rows of a CSV or XLSX file as Python's csv and openpyxl read them.
std::vector<nlohmann::json> rows_of(const std::string& file, const std::string& ending);
/// A workbook of these rows, as openpyxl writes it.
std::string workbook_of(const std::vector<nlohmann::json>& rows);
/// A folder for the files of a test.
std::string test_folder();

/// F-A and F-B are registered, F-A's 60 units are reserved, 40 of them have arrived.
void tell_story(Service& service);

}  // namespace chipledger
