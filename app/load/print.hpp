#pragma once

#include "load/comparison.hpp"
#include "load/listing.hpp"
#include "load/report.hpp"

namespace mlpctl::app {

/// Each prints what `load` found to standard output: as text and tables for people.
void print_text(const FitReport& report);
void print_text(const MisfitReport& report);
void print_text(const Listing& listing);
void print_text(const Comparison& comparison);

/// The same as one JSON object on one line.
void print_json(const FitReport& report);
void print_json(const MisfitReport& report);
void print_json(const Listing& listing);
void print_json(const Comparison& comparison);

}  // namespace mlpctl::app
