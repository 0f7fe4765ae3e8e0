#pragma once

#include <memory>
#include <string>

#include "app/gl/png.h"
#include "app/observatory.h"

namespace gramscope::app {

/// One view on its own, drawn into memory: what `shot --view` shows.
class ViewPicture {
 public:
  /// `key` must be a registered view's. Throws DisplayError where there is no OpenGL 3.3.
  ViewPicture(const std::string& key, int width, int height);
  ~ViewPicture();
  ViewPicture(const ViewPicture&) = delete;
  ViewPicture& operator=(const ViewPicture&) = delete;

  /// Takes in what is new and draws the view once. Views settle over several frames.
  void draw_frame(Observatory& observatory);
  /// What the last frame drew.
  Image image() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gramscope::app
