#include "app/window.h"

#include <GLFW/glfw3.h>
#include <glad/gl.h>
#include <imgui.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui_internal.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <thread>
#include <utility>

#include "app/gl/objects.h"
#include "app/ui/focus.h"
#include "app/ui/input_script.h"
#include "app/ui/theme.h"
#include "app/run_tree.h"
#include "app/workspace.h"
#include "core/registry/error.h"

namespace gramscope::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kFrameSeconds = 1.0 / 60.0;
constexpr double kIdleFrameSeconds = 0.25;
/// How long after the last input things may still move: hover cards come up, focus rings settle.
constexpr double kActiveSeconds = 0.7;
constexpr int kMostFailedFrames = 10;

/// GLFW's own window and the OpenGL context of it, current while it lives.
class ContextWindow {
 public:
  ContextWindow(int width, int height, bool is_hidden) {
    glfwDefaultWindowHints();
    glfwWindowHint(GLFW_VISIBLE, is_hidden ? GLFW_FALSE : GLFW_TRUE);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
    glfwWindowHintString(GLFW_X11_CLASS_NAME, "Gramscope");
    handle_ =
        glfwCreateWindow(is_hidden ? 16 : width, is_hidden ? 16 : height, "Gramscope", nullptr, nullptr);
    if (handle_ == nullptr) throw DisplayError("no OpenGL 3.3: " + take_glfw_error());
    glfwMakeContextCurrent(handle_);
    if (gladLoadGL(glfwGetProcAddress) == 0) {
      glfwDestroyWindow(handle_);
      throw DisplayError("no OpenGL 3.3: its functions are missing");
    }
    if (!is_hidden) glfwSwapInterval(1);
  }
  ~ContextWindow() { glfwDestroyWindow(handle_); }
  ContextWindow(const ContextWindow&) = delete;
  ContextWindow& operator=(const ContextWindow&) = delete;

  GLFWwindow* handle() const { return handle_; }

 private:
  GLFWwindow* handle_ = nullptr;
};

/// ImGui with its two backends.
class ImGuiScope {
 public:
  explicit ImGuiScope(GLFWwindow* window) {
    ImGui::CreateContext();
    auto& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
    ImGui_ImplGlfw_InitForOpenGL(window, true);
    ImGui_ImplOpenGL3_Init("#version 330");
  }
  ~ImGuiScope() {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplGlfw_Shutdown();
    ImGui::DestroyContext();
  }
  ImGuiScope(const ImGuiScope&) = delete;
  ImGuiScope& operator=(const ImGuiScope&) = delete;
};

constexpr std::array kPlayheadKeys{std::pair{GLFW_KEY_LEFT, PlayheadMove::back}, std::pair{GLFW_KEY_RIGHT, PlayheadMove::on},
                                   std::pair{GLFW_KEY_HOME, PlayheadMove::first},
                                   std::pair{GLFW_KEY_END, PlayheadMove::newest}};

std::optional<PlayheadMove> playhead_move_of(int key) {
  for (const auto& [known, move] : kPlayheadKeys)
    if (known == key) return move;
  return std::nullopt;
}

/// The key of the letter that it types on this keyboard: GLFW names keys by where they are on an American one.
int key_of_letter(int key) {
  const char* name = glfwGetKeyName(key, 0);
  const bool is_letter = name != nullptr && name[0] >= 'a' && name[0] <= 'z' && name[1] == '\0';
  return is_letter ? GLFW_KEY_A + (name[0] - 'a') : key;
}

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

}  // namespace

struct Window::Impl {
  explicit Impl(WindowOptions given)
      : options(std::move(given)),
        context(options.width, options.height, options.is_hidden),
        imgui((install_callbacks(), context.handle())),
        workspace(options.experiments) {
    if (!options.script.empty()) script = std::make_unique<InputScript>(InputScript::load(options.script));
    float scale = options.ui_scale;
    if (scale <= 0.0f) {
      float y = 1.0f;
      glfwGetWindowContentScale(context.handle(), &scale, &y);
      if (options.is_hidden) scale = 1.0f;
    }
    natural_scale = scale;
    wanted_scale = scale;
  }

  void install_callbacks();
  void on_key(int key, int action, int mods);
  void on_character(char32_t character);
  void set_scale(float scale) { wanted_scale = std::clamp(scale, 0.5f, 4.0f); }
  void apply_scale();
  void begin_imgui_frame();
  void draw_contents(Observatory& observatory);
  void present();
  void pace(const Observatory& observatory, Clock::time_point frame_start);
  bool is_still(const Observatory& observatory);
  void bind_target();
  ScriptHost script_host(Observatory& observatory);

  WindowOptions options;
  GlfwLibrary library;
  ContextWindow context;
  ImGuiScope imgui;
  Workspace workspace;
  std::unique_ptr<InputScript> script;

  Framebuffer framebuffer;  ///< hidden windows draw here
  Texture texture;
  ImVec2 texture_size{0, 0};
  int framebuffer_width = 0;
  int framebuffer_height = 0;

  Observatory* observatory = nullptr;  ///< during a frame's events
  float natural_scale = 1.0f;
  float wanted_scale = 1.0f;
  float applied_scale = 0.0f;
  bool is_key_repeat = false;
  Clock::time_point last_activity = Clock::now();
  const Snapshot* last_snapshot = nullptr;
  int failed_frames = 0;
};

void Window::Impl::install_callbacks() {
  // Set before ImGui's, which then call these: a key pressed and released between two frames reaches us all
  // the same.
  GLFWwindow* window = context.handle();
  glfwSetWindowUserPointer(window, this);
  glfwSetKeyCallback(window, [](GLFWwindow* w, int key, int, int action, int mods) {
    static_cast<Impl*>(glfwGetWindowUserPointer(w))->on_key(key_of_letter(key), action, mods);
  });
  glfwSetCharCallback(window, [](GLFWwindow* w, unsigned character) {
    static_cast<Impl*>(glfwGetWindowUserPointer(w))->on_character(static_cast<char32_t>(character));
  });
  glfwSetDropCallback(window, [](GLFWwindow* w, int count, const char** paths) {
    auto& impl = *static_cast<Impl*>(glfwGetWindowUserPointer(w));
    impl.last_activity = Clock::now();
    // Of several files the first is meant: there is one experiment.
    if (count > 0 && impl.observatory != nullptr) impl.workspace.drop(*impl.observatory, paths[0]);
  });
  // Cursor, buttons, wheel and size: ImGui reads them; here they only say that something moves.
  glfwSetCursorPosCallback(window, [](GLFWwindow* w, double, double) {
    static_cast<Impl*>(glfwGetWindowUserPointer(w))->last_activity = Clock::now();
  });
  glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int, int, int) {
    static_cast<Impl*>(glfwGetWindowUserPointer(w))->last_activity = Clock::now();
  });
  glfwSetScrollCallback(window, [](GLFWwindow* w, double, double) {
    static_cast<Impl*>(glfwGetWindowUserPointer(w))->last_activity = Clock::now();
  });
  glfwSetFramebufferSizeCallback(window, [](GLFWwindow* w, int, int) {
    static_cast<Impl*>(glfwGetWindowUserPointer(w))->last_activity = Clock::now();
  });
}

void Window::Impl::on_key(int key, int action, int mods) {
  last_activity = Clock::now();
  is_key_repeat = action == GLFW_REPEAT;
  if (action == GLFW_RELEASE || ImGui::GetCurrentContext() == nullptr) return;
  if (key == GLFW_KEY_ESCAPE && action == GLFW_PRESS) {
    if (observatory != nullptr) workspace.escape(*observatory);
    return;
  }
  if (key == GLFW_KEY_TAB && (mods & (GLFW_MOD_CONTROL | GLFW_MOD_ALT)) == 0)
    return move_focus((mods & GLFW_MOD_SHIFT) != 0 ? -1 : 1);
  if (mods == 0 && observatory != nullptr) {
    if (const auto move = playhead_move_of(key)) workspace.move_playhead(*observatory, *move);
  }
  if ((mods & GLFW_MOD_CONTROL) == 0) return;
  // With Alt it is AltGr, which types.
  const bool is_letter = key >= GLFW_KEY_A && key <= GLFW_KEY_Z && (mods & GLFW_MOD_ALT) == 0;
  if (is_letter && action == GLFW_PRESS && observatory != nullptr)
    workspace.press_with_control(*observatory, static_cast<char>(key), (mods & GLFW_MOD_SHIFT) != 0);
  if (key == GLFW_KEY_EQUAL || key == GLFW_KEY_KP_ADD) set_scale(wanted_scale * 1.1f);
  if (key == GLFW_KEY_MINUS || key == GLFW_KEY_KP_SUBTRACT) set_scale(wanted_scale / 1.1f);
  if (key == GLFW_KEY_0 || key == GLFW_KEY_KP_0) set_scale(natural_scale);
  if (observatory == nullptr) return;
  if (key == GLFW_KEY_Z) workspace.undo(*observatory, (mods & GLFW_MOD_SHIFT) != 0);
  if (key == GLFW_KEY_Y) workspace.undo(*observatory, true);
}

void Window::Impl::on_character(char32_t character) {
  last_activity = Clock::now();
  if (observatory == nullptr || ImGui::GetCurrentContext() == nullptr) return;
  const auto shortcut = shortcut_of(character);
  if (!shortcut || (is_key_repeat && !repeats(*shortcut))) return;
  workspace.press(*observatory, character);
}

void Window::Impl::apply_scale() {
  if (wanted_scale == applied_scale) return;
  applied_scale = wanted_scale;
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  apply_theme(applied_scale);
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

void Window::Impl::begin_imgui_frame() {
  apply_scale();
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  auto& io = ImGui::GetIO();
  if (options.is_hidden) {
    // Frames of a picture come as fast as they can: what settles over time is to settle over frames. A script's
    // clicks keep real time.
    if (options.script.empty()) io.DeltaTime = static_cast<float>(kFrameSeconds);
    io.DisplaySize = {static_cast<float>(options.width), static_cast<float>(options.height)};
    io.DisplayFramebufferScale = {1.0f, 1.0f};
    framebuffer_width = options.width;
    framebuffer_height = options.height;
  } else {
    glfwGetFramebufferSize(context.handle(), &framebuffer_width, &framebuffer_height);
  }
}

ScriptHost Window::Impl::script_host(Observatory& shown) {
  ScriptHost host{shown, workspace, {}, {}, {}};
  host.resize = [this](int width, int height) {
    options.width = width;
    options.height = height;
    if (!options.is_hidden) glfwSetWindowSize(context.handle(), width, height);
  };
  host.press_key = [this](int key, int mods) { on_key(key, GLFW_PRESS, mods); };
  host.picture = [this] { return read_pixels(framebuffer_width, framebuffer_height); };
  return host;
}

void Window::Impl::draw_contents(Observatory& shown) {
  // ImGui would take them as a wish for its own focus.
  if (workspace.owns_arrow_keys(shown))
    for (const auto& [key, move] : kPlayheadKeys) ImGui::GetIO().KeysDown[key] = false;
  ImGui::NewFrame();
  try {
    workspace.draw(shown);
    failed_frames = 0;
  } catch (const std::exception& error) {
    // One bad frame is not worth the window; ten in a row are no accident.
    shown.draws = {};
    ImGui::ErrorCheckEndFrameRecover(nullptr);
    if (++failed_frames >= kMostFailedFrames) {
      ImGui::EndFrame();
      throw RuntimeError(std::string("the window cannot be drawn: ") + error.what());
    }
  }
  ImGui::Render();
}

void Window::Impl::bind_target() {
  if (!options.is_hidden) {
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    return;
  }
  const ImVec2 size{static_cast<float>(framebuffer_width), static_cast<float>(framebuffer_height)};
  if (size.x != texture_size.x || size.y != texture_size.y) {
    texture_size = size;
    glBindTexture(GL_TEXTURE_2D, texture.ensure());
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, std::max(1, framebuffer_width), std::max(1, framebuffer_height),
                 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glBindTexture(GL_TEXTURE_2D, 0);
  }
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer.ensure());
  glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture.id(), 0);
}

void Window::Impl::present() {
  if (!options.is_hidden) return glfwSwapBuffers(context.handle());
  glFinish();  // where nothing is shown, frames must not pile up undrawn
}

bool Window::Impl::is_still(const Observatory& shown) {
  const auto& recording = shown.status().recording;
  const bool is_measuring = recording && recording->measured + recording->refused < recording->snapshots;
  const auto* beside = shown.family.beside;
  if (beside != nullptr && beside->status().is_running) return false;
  if (shown.status().is_running || shown.is_playing() || shown.status().preparation || is_measuring || script) return false;
  if (shown.snapshot() != last_snapshot) {
    last_snapshot = shown.snapshot();
    last_activity = Clock::now();
  }
  return seconds_since(last_activity) > kActiveSeconds;
}

void Window::Impl::pace(const Observatory& shown, Clock::time_point frame_start) {
  if (options.is_hidden && !script) return;
  if (is_still(shown)) {
    glfwWaitEventsTimeout(ImGui::GetIO().WantTextInput ? 0.1 : kIdleFrameSeconds);
    return;
  }
  // Where swapping waits for the screen this has nothing left to do; elsewhere it keeps the processor for
  // training.
  const double left = kFrameSeconds - seconds_since(frame_start);
  if (left > 0.002) std::this_thread::sleep_for(std::chrono::duration<double>(left));
}

Window::Window(WindowOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Window::~Window() = default;

Workspace& Window::workspace() { return impl_->workspace; }

bool Window::draw_frame(Observatory& observatory) {
  impl_->observatory = &observatory;  // what is typed before the frame is meant for it
  return draw([&]() -> Observatory& {
    observatory.update();
    if (impl_->options.each_frame) impl_->options.each_frame(observatory);
    return observatory;
  });
}

bool Window::draw_frame(RunTree& tree) {
  impl_->observatory = &tree.shown();
  return draw([&]() -> Observatory& {
    tree.update();
    if (impl_->options.each_frame) impl_->options.each_frame(tree.shown());
    return tree.shown();  // another one where each_frame has put other runs into the tree
  });
}

bool Window::draw(const std::function<Observatory&()>& follow) {
  auto& impl = *impl_;
  glfwPollEvents();
  Observatory& observatory = follow();
  impl.observatory = &observatory;
  impl.begin_imgui_frame();
  if (impl.script) impl.script->before_frame(impl.script_host(observatory));
  impl.draw_contents(observatory);

  impl.bind_target();
  if (impl.framebuffer_width > 0 && impl.framebuffer_height > 0) {
    impl.workspace.clear_background(impl.framebuffer_width, impl.framebuffer_height);
    observatory.draws.run_and_clear();
    if (auto* beside = observatory.family.beside) beside->draws.run_and_clear();
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  } else {
    observatory.draws = {};
    if (auto* beside = observatory.family.beside) beside->draws = {};
  }
  if (impl.script) impl.script->after_frame(impl.script_host(observatory));
  impl.present();
  impl.observatory = nullptr;
  if (glfwWindowShouldClose(impl.context.handle()) != 0) return false;
  if (impl.script && impl.script->wants_quit()) return false;
  return !(impl.options.should_quit && impl.options.should_quit(observatory));
}

void Window::run(Observatory& observatory) {
  run_until_closed([&] { return draw_frame(observatory); }, [&]() -> Observatory& { return observatory; });
}

void Window::run(RunTree& tree) {
  run_until_closed([&] { return draw_frame(tree); }, [&]() -> Observatory& { return tree.shown(); });
}

void Window::run_until_closed(const std::function<bool()>& frame, const std::function<Observatory&()>& shown) {
  while (true) {
    const auto start = Clock::now();
    if (!frame()) return;
    // Events arrive while waiting between frames, too: then they belong to what is shown.
    impl_->observatory = &shown();
    impl_->pace(shown(), start);
  }
}

Image Window::picture() const {
  const auto& impl = *impl_;
  glBindFramebuffer(GL_READ_FRAMEBUFFER, impl.options.is_hidden ? impl.framebuffer.id() : 0);
  return read_pixels(impl.framebuffer_width, impl.framebuffer_height);
}

}  // namespace gramscope::app
