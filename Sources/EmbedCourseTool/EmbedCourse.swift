/// Writes the course as Swift raw string literals.
@main
enum EmbedCourse {
  static func main() {}
}
