#pragma once

namespace mlpctl::app {

/// The commit that the program was built from: "f1541f8 of 2026-11-29", with ", changed" where
/// files differed from it; "unknown" where the sources were in no git checkout.
const char* build_commit();

/// The commit's day, "2026-11-29"; empty where it is unknown.
const char* build_day();

}  // namespace mlpctl::app
