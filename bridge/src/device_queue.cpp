// SPDX-License-Identifier: BSD-3-Clause
#include "device_queue.hpp"

#include <algorithm>
#include <chrono>

namespace hyb {
namespace {

using Clock = std::chrono::steady_clock;

// What inference costs the host: the time that it spends in here.
class Timed {
 public:
  explicit Timed(Block &block) : block_(block) {}
  ~Timed() { block_.add_time(Clock::now() - start_); }
  Timed(const Timed &) = delete;
  Timed &operator=(const Timed &) = delete;

 private:
  Block &block_;
  const Clock::time_point start_ = Clock::now();
};

}  // namespace

DeviceQueue::DeviceQueue(const Emulator &emulator)
    : emulator_(emulator), flights_(static_cast<size_t>(emulator.in_flight())) {}

void DeviceQueue::add(Block &block) {
  if (block.nsample() == 0) return;
  const Timed timed(block);
  if (block.goes_alone()) block.open_alone();
  Lock lock(mutex_);
  waiting_.reserve(pending_ + 1);  // they may all come back after a failure
  waiting_.push_back(&block);
  ++pending_;
  waiting_nsample_ += block.nsample();
  block.alone = block.goes_alone();
  block.pending.store(this, std::memory_order_release);
  launch(lock);
  while (waiting_nsample_ >= emulator_.tile()) {
    await(lock, nullptr);
    launch(lock);
  }
}

void DeviceQueue::finish(Block &block) {
  if (!block.pending.load(std::memory_order_acquire)) return;
  const Timed timed(block);
  Lock lock(mutex_);
  launch(lock);
  while (block.pending.load(std::memory_order_relaxed)) {
    await(lock, &block);
    launch(lock);
  }
}

// What flies has to land first: it is being read or written.
void DeviceQueue::forget(Block &block) {
  if (block.pending.load(std::memory_order_acquire)) {
    Lock lock(mutex_);
    drop(block);
    while (block.pending.load(std::memory_order_relaxed)) {
      await(lock, &block);
      drop(block);
    }
  }
  block.release();
}

// Takes a block out of what waits; it is settled unless parts of it fly.
void DeviceQueue::drop(Block &block) {
  const auto at = std::find(waiting_.begin(), waiting_.end(), &block);
  if (at == waiting_.end()) return;
  waiting_.erase(at);
  waiting_nsample_ -= block.nsample() - block.begun;
  block.begun = block.nsample();
  if (block.flying == 0) settle(block);
}

void DeviceQueue::settle(Block &block) {
  --pending_;
  block.pending.store(nullptr, std::memory_order_release);
}

// The oldest in a state, of a block where one is named.
DeviceQueue::Flight *DeviceQueue::find(Flight::State state, const Block *of) {
  Flight *oldest = nullptr;
  for (Flight &flight : flights_) {
    if (flight.state != state || (oldest && oldest->number < flight.number)) continue;
    if (!of || std::find(flight.blocks.begin(), flight.blocks.end(), of) != flight.blocks.end())
      oldest = &flight;
  }
  return oldest;
}

void DeviceQueue::launch(Lock &lock) {
  while (!waiting_.empty()) {
    Flight *flight = find(Flight::State::free, nullptr);
    if (!flight) return;
    fill(*flight);
    lock.unlock();
    send(*flight);
    lock.lock();
    if (flight->failure)
      land(*flight);
    else
      flight->state = Flight::State::flying;
    changed_.notify_all();
  }
}

void DeviceQueue::fill(Flight &flight) {
  flight.blocks.reserve(waiting_.size());  // what may fail comes first: else nobody ends the flight
  flight.state = Flight::State::filling;
  flight.number = ++launched_;
  flight.nsample = flight.begin = 0;
  if (waiting_.front()->alone) return fill_alone(flight, *waiting_.front());
  auto end = waiting_.begin();
  for (; end != waiting_.end() && !(*end)->alone; ++end) {
    if (flight.nsample + (*end)->nsample() > emulator_.tile()) break;
    flight.nsample += (*end)->nsample();
    (*end)->begun = (*end)->nsample();
    ++(*end)->flying;
  }
  flight.blocks.assign(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  waiting_nsample_ -= flight.nsample;
}

// The next tile of it.
void DeviceQueue::fill_alone(Flight &flight, Block &block) {
  flight.blocks.assign(1, &block);
  flight.begin = block.begun;
  flight.nsample = std::min(emulator_.tile(), block.nsample() - block.begun);
  block.begun += flight.nsample;
  ++block.flying;
  waiting_nsample_ -= flight.nsample;
  if (block.begun == block.nsample()) waiting_.erase(waiting_.begin());
}

void DeviceQueue::send(Flight &flight) {
  try {
    if (flight.blocks.front()->goes_alone())
      send_alone(flight);
    else
      send_together(flight);
  } catch (...) {
    flight.failure = current_error();
  }
}

// Several threads may send tiles of one block; the first finds it as it was submitted.
void DeviceQueue::send_alone(Flight &flight) {
  Block &block = *flight.blocks.front();
  flight.handle = emulator_.submit(block.inputs(flight.begin), block.outputs(flight.begin),
                                   flight.nsample);
}

void DeviceQueue::send_together(Flight &flight) {
  flight.batch = &pool_.take();
  flight.batch->open(emulator_, flight.blocks, flight.x);
  flight.handle = emulator_.submit(flight.x.data(), flight.batch->outputs(), flight.nsample);
}

// Waits for the batch that holds a block, else for the oldest (the one to make room), else for a
// thread that is busy with one.
void DeviceQueue::await(Lock &lock, const Block *block) {
  Flight *flight = block ? find(Flight::State::flying, block) : nullptr;
  const bool busy = block && !flight &&
                    (find(Flight::State::filling, block) || find(Flight::State::waited, block));
  if (!flight && !busy) flight = find(Flight::State::flying, nullptr);
  if (!flight) return changed_.wait(lock);
  flight->state = Flight::State::waited;
  lock.unlock();
  try {
    emulator_.wait(flight->handle);
  } catch (...) {
    flight->failure = current_error();
  }
  lock.lock();
  land(*flight);
  changed_.notify_all();
}

void DeviceQueue::land(Flight &flight) {
  for (Block *block : flight.blocks) --block->flying;
  if (flight.failure)
    land_failed(flight);
  else if (flight.batch)
    flight.batch->hand_out(flight.blocks);
  for (Block *block : flight.blocks)
    if (block->flying == 0 && block->begun == block->nsample()) settle(*block);
  if (flight.batch) flight.batch->let_go();
  flight.batch = nullptr;
  flight.handle = nullptr;
  flight.failure.reset();
  flight.blocks.clear();
  flight.state = Flight::State::free;
}

// Blocks that went together are tried again one by one: a bad one spoils no other, and smaller
// batches may fit where a large one did not.
void DeviceQueue::land_failed(Flight &flight) {
  if (flight.blocks.size() == 1) {
    flight.blocks.front()->fail(*flight.failure);
    const auto at = std::find(waiting_.begin(), waiting_.end(), flight.blocks.front());
    if (at == waiting_.end()) return;
    waiting_nsample_ -= (*at)->nsample() - (*at)->begun;
    (*at)->begun = (*at)->nsample();
    waiting_.erase(at);
    return;
  }
  for (Block *block : flight.blocks) {
    block->alone = true;
    block->begun = 0;
    waiting_nsample_ += block->nsample();
  }
  waiting_.insert(waiting_.begin(), flight.blocks.begin(), flight.blocks.end());
}

}  // namespace hyb
