package health.recognize;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** A service on one database, with switches by HTTP for the troubles that a test needs. */
@SpringBootApplication
@RestController
public class Service {
  private static final Logger LOG = LoggerFactory.getLogger(Service.class);
  private final DataSource pool;
  private final JdbcTemplate database;
  private final List<Connection> held = new ArrayList<>();

  public Service(DataSource pool, JdbcTemplate database) {
    this.pool = pool;
    this.database = database;
  }

  public static void main(String[] args) {
    SpringApplication.run(Service.class, args);
  }

  /** Does with the database what an authentication does. */
  @GetMapping("/work")
  public int work() {
    return database.queryForObject("SELECT 1", Integer.class);
  }

  /** Takes every connection of the pool and gives none back. */
  @PostMapping("/switch/pool/hold")
  public synchronized int hold() throws SQLException {
    try {
      while (true) held.add(pool.getConnection());
    } catch (SQLException full) {
      return held.size();
    }
  }

  @PostMapping("/switch/pool/release")
  public synchronized void release() throws SQLException {
    for (Connection connection : held) connection.close();
    held.clear();
  }

  /** Ten errors in the log. */
  @PostMapping("/switch/errors")
  public void errors() {
    for (int i = 0; i < 10; i++) LOG.error("switched on: error {}", i);
  }
}
