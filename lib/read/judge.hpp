#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "mlpctl/digits/answer.hpp"
#include "read/candidates.hpp"
#include "read/views.hpp"

namespace mlpctl::digits {

/// The candidates of one of the pictures, as turned_sheet() gives them.
using LookAgain = std::function<Candidates(std::size_t picture, int turns, image::SheetLook how)>;

/// Names every candidate by the net, those of all pictures together, and chooses one way to see
/// each picture and one reading for each mark: an answer for each of the candidates. A sheet that
/// lies on its side is looked at again, turned, and where it convinces nearly as much from the
/// opposite side, from there, too; and a picture of which a single digit was asked for and which
/// may be a page of several, as it is, at a glance. Without `look_again` none is.
std::vector<Answer> judge(std::span<const Candidates> pictures, const Network& network,
                          const LookAgain& look_again = {});

}  // namespace mlpctl::digits
