#pragma once

#include <span>
#include <string>

#include "eval/metrics.hpp"

namespace mlpctl::eval {

/// The report for people: accuracy, loss, a line a class, and the confusion matrix. The names are
/// UTF-8, one for each class; what is beyond 40 characters is cut off.
std::string to_text(const Report& report, std::span<const std::string> class_names);

}  // namespace mlpctl::eval
