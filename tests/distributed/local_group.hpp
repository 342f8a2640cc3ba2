#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "distributed/group.hpp"

namespace mlpctl::distributed {

/// Ranks that are threads of one process.
class LocalGroups {
 public:
  /// Calls work(group) on a thread for each rank and waits for them.
  static void run(int size, const std::function<void(Group&)>& work) {
    Mail mail;
    std::vector<std::jthread> threads;
    for (int rank = 0; rank < size; ++rank) {
      threads.emplace_back([&mail, &work, rank, size] {
        Member member(mail, rank, size);
        work(member);
      });
    }
  }

 private:
  using Values = std::vector<float>;
  struct Mail {
    std::mutex mutex;
    std::condition_variable arrived;
    std::map<std::tuple<int, int, int>, std::deque<Values>> boxes;  // from, to, tag
  };

  class Sent : public Transfer {
    void wait() override {}
  };
  class Coming : public Transfer {
   public:
    Coming(Mail& mail, std::tuple<int, int, int> box, std::span<float> values)
        : mail_(mail), box_(std::move(box)), values_(values) {}
    void wait() override {
      std::unique_lock lock(mail_.mutex);
      std::deque<Values>& box = mail_.boxes[box_];
      mail_.arrived.wait(lock, [&] { return !box.empty(); });
      std::ranges::copy(box.front(), values_.begin());
      box.pop_front();
    }

   private:
    Mail& mail_;
    std::tuple<int, int, int> box_;
    std::span<float> values_;
  };
  class Member : public Group {
   public:
    Member(Mail& mail, int rank, int size) : mail_(mail), rank_(rank), size_(size) {}
    int rank() const override { return rank_; }
    int size() const override { return size_; }
    std::unique_ptr<Transfer> send(int to, int tag, std::span<float> values) override {
      const std::lock_guard lock(mail_.mutex);
      mail_.boxes[{rank_, to, tag}].emplace_back(values.begin(), values.end());
      mail_.arrived.notify_all();
      return std::make_unique<Sent>();
    }
    std::unique_ptr<Transfer> receive(int from, int tag, std::span<float> values) override {
      return std::make_unique<Coming>(mail_, std::tuple(from, rank_, tag), values);
    }
    void need_nobody() override {}
    void fail(const std::string&) override {}
    void leave() override {}

   private:
    Mail& mail_;
    int rank_, size_;
  };
};

}  // namespace mlpctl::distributed
