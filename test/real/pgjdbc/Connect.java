// Would the product connect? Reads lines of "URL TAB user TAB password", asks pgjdbc, and answers a JSON line for each.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

public class Connect {
  public static void main(String[] args) throws Exception {
    System.out.println("{\"driver\":" + quoted(org.postgresql.util.DriverInfo.DRIVER_VERSION) + "}");
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) System.out.println(answer(line));
  }

  private static String answer(String line) {
    String[] parts = line.split("\t", -1);
    Properties properties = new Properties();
    if (!parts[1].isEmpty()) properties.setProperty("user", parts[1]);
    if (!parts[2].isEmpty()) properties.setProperty("password", parts[2]);
    properties.setProperty("loginTimeout", "10");
    try (Connection connection = new org.postgresql.Driver().connect(parts[0], properties)) {
      if (connection == null) return "{\"connected\":false,\"error\":\"the driver does not accept the URL\"}";
      var row = connection.createStatement().executeQuery("SELECT inet_server_port(), pg_is_in_recovery(), current_database()");
      row.next();
      return "{\"connected\":true,\"port\":" + row.getInt(1) + ",\"standby\":" + row.getBoolean(2)
          + ",\"database\":" + quoted(row.getString(3)) + "}";
    } catch (SQLException | RuntimeException error) {
      String state = error instanceof SQLException sql ? sql.getSQLState() : "";
      return "{\"connected\":false,\"state\":" + quoted(state) + ",\"error\":" + quoted(error.getMessage()) + "}";
    }
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : String.valueOf(text).toCharArray())
      out.append(c < ' ' || c == '"' || c == '\\' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
    return out.append('"').toString();
  }
}
